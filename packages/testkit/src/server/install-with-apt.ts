/** Installs a package of Debian or Ubuntu, as root only: so it is in images for CI. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isExecutable } from '@plenum/local-redis';

const run = promisify(execFile);

/** @returns installs the package, and resolves whether it did */
export const installWithApt = (name: string) => async (): Promise<boolean> => {
  if (process.getuid?.() !== 0 || !(await isExecutable('/usr/bin/apt-get'))) return false;
  process.stderr.write(`No ${name} and no Docker engine here: installing ${name} with apt-get.\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env });
  return true;
};
