/** Loaded into an attacked process: at SIGUSR2 it frees what nothing refers to, which V8 would do in a minute or two. */
import process from 'node:process';

process.on('SIGUSR2', () => {
  // The second one gives back the pages that the first one has emptied.
  globalThis.gc?.();
  globalThis.gc?.();
  process.stdout.write('garbage collected\n');
});
