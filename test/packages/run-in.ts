import { spawnSync } from 'node:child_process';

/** What hangs is ended, ms. */
const timeout = 100_000;

/** @returns what the command has written. @throws Error with that if it fails */
export function runIn(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, [...args], { cwd, encoding: 'utf8', timeout });
  const output = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? output}`);
  return output;
}
