import { existsSync } from 'node:fs';

const main = new URL('../dist/index.js', import.meta.url);

/**
 * What a command throws is one sentence for a person.
 * @param {'bench' | 'measureCapacity' | 'measureScale' | 'simulateClusters' | 'storm' | 'verify' | 'verifyMixed'} name an export of the bench
 */
export async function runCommand(name) {
  if (!existsSync(main)) {
    console.error('The bench is not built: run `npm run build` first.');
    process.exit(1);
  }
  const commands = await import(main.href);
  try {
    process.exitCode = await commands[name](process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
