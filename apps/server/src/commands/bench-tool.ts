import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A sibling application: it may be missing (images leave it out), so it is started and never imported. */
const folder = new URL('../../../bench/bin/', import.meta.url);

/** Runs a tool of the bench with the arguments as they stand. @returns its exit code. */
export function runBenchTool(name: 'bench' | 'verify', args: readonly string[]): Promise<number> {
  const script = fileURLToPath(new URL(`${name}.js`, folder));
  if (!existsSync(script)) {
    throw new Error(`plenum ${name} is part of the repository (apps/bench), not of this installation`);
  }
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
