import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** apps/bench may be missing (images do not contain it), so its tools are started as processes and never imported. */
const folder = new URL('../../../bench/bin/', import.meta.url);

/** Runs a tool of the bench with unchanged arguments. @returns its exit code */
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
