/** Finds a way to run Redis on this machine: a binary, else Docker, else the system's package manager. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { containerLauncher, isDockerRunning } from './redis-container.ts';
import { processLauncher, type RedisLauncher } from './redis-launcher.ts';

const run = promisify(execFile);
const binaryNames = ['redis-server', 'valkey-server'];

async function binaryOnPath(): Promise<string | null> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const path of binaryNames.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return null;
}

/** Debian and Ubuntu as root, which is what CI images and development containers are. */
async function installWithApt(): Promise<string | null> {
  if (process.getuid?.() !== 0) return null;
  try {
    await access('/usr/bin/apt-get', constants.X_OK);
  } catch {
    return null;
  }
  process.stderr.write('No redis-server and no Docker engine here: installing redis-server with apt-get.\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], { env });
  return binaryOnPath();
}

async function find(): Promise<RedisLauncher> {
  const present = await binaryOnPath();
  if (present !== null) return processLauncher(present);
  if (await isDockerRunning()) return containerLauncher;
  const installed = await installWithApt();
  if (installed !== null) return processLauncher(installed);
  throw new Error(
    'These tests need Redis 7.0 or newer: put redis-server or valkey-server on the PATH, or start Docker.',
  );
}

let found: Promise<RedisLauncher> | undefined;

/** The same answer for the whole process; a failure is not remembered. */
export function obtainLauncher(): Promise<RedisLauncher> {
  found ??= find().catch((error: unknown) => {
    found = undefined;
    throw error;
  });
  return found;
}
