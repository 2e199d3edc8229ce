import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type StartRedis, startRedis } from '@plenum/local-redis';
import { version } from '../config/version.ts';

/** apps/bench may be missing (images do not contain it), so its tools are started as processes and never imported. */
const folder = new URL('../../../bench/bin/', import.meta.url);
/** In the package from npm `verify` is a bundle beside this one, whose cluster is started by the command of the package. */
const packedVerify = new URL('./verify.js', import.meta.url);
const ownCommand = fileURLToPath(new URL('../../bin/plenum.js', import.meta.url));

/** `verify-command.ts` of apps/bench. */
interface VerifyTool {
  verify(
    args: readonly string[],
    own: { readonly script: string; readonly startRedis: StartRedis; readonly version: string },
  ): Promise<number>;
}

/** Runs a tool of the bench with unchanged arguments. @returns its exit code */
export async function runBenchTool(name: 'bench' | 'verify', args: readonly string[]): Promise<number> {
  const script = fileURLToPath(new URL(`${name}.js`, folder));
  if (existsSync(script)) return await runScript(script, args);
  if (name === 'verify' && existsSync(packedVerify)) {
    const packed: VerifyTool = await import(packedVerify.href);
    return await packed.verify(args, { script: ownCommand, startRedis, version });
  }
  throw new Error(`plenum ${name} is part of the repository (apps/bench), not of this installation`);
}

function runScript(script: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
