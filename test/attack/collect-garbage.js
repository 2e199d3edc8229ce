/**
 * Loaded into an attacked process: at SIGUSR2 it frees all that nothing refers to and gives empty pages back, as V8 does under low
 * memory. By itself V8 does so in minutes, and a busy process keeps up to 128 MB of empty space for young objects.
 */
import { Session } from 'node:inspector';
import process from 'node:process';

const session = new Session();
session.connect();
process.on('SIGUSR2', () => {
  session.post('HeapProfiler.collectGarbage', () => {
    process.stdout.write('garbage collected\n');
  });
});
