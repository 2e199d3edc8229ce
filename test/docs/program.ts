/** A block of code as a process of its own, against real nodes. */
import { spawn } from 'node:child_process';
import { eventually } from '@plenum/testkit';
import { expect } from 'vitest';
import { root } from '../source-tree.ts';
import type { Block } from './blocks.ts';

const end = 'the end of the program';
const patient = { timeoutMs: 40_000, everyMs: 50 };

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const patternOf = (line: string) => new RegExp(line.split('…').map(escaped).join('[^]*?'));

/** Runs a command until it has printed what its block says and has come to its end, or has failed. */
async function expectPrinted(
  { place, prints }: Block,
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let exitCode: number | null = null;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const closed = new Promise<void>((resolve) =>
    child.once('close', (code) => {
      exitCode = code ?? 1;
      resolve();
    }),
  );
  try {
    await eventually(() => {
      expect([place, exitCode ?? 0, output]).toEqual([place, 0, output]);
      expect(output).toContain(end);
      for (const line of prints) expect(output).toMatch(patternOf(line));
    }, patient);
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
}

/** A program of its own that ends when its last statement has run. @param given constants by their names, as code */
export const expectProgramRuns = (
  block: Block,
  code: string,
  given: Readonly<Record<string, string>>,
): Promise<void> => {
  const constants = block.given.flatMap((name) => (given[name] === undefined ? [] : [given[name]]));
  const program = [...constants, code, `console.log(${JSON.stringify(end)});`].join('\n');
  return expectPrinted(block, process.execPath, ['--input-type=module', '-e', program]);
};

export const expectScriptRuns = (block: Block, code: string, environment: NodeJS.ProcessEnv): Promise<void> =>
  expectPrinted(block, 'bash', ['-euo', 'pipefail', '-c', `${code}\necho '${end}'`], environment);
