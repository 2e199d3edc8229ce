/** Finds a way to run PostgreSQL on this machine: its binaries, else Docker, else the system's package manager. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { isDockerRunning } from '../redis/redis-container.ts';
import { containerHost } from './postgres-container.ts';
import type { MakePostgresHost } from './postgres-host.ts';
import { processHost } from './postgres-process.ts';

const run = promisify(execFile);

/** Where Debian and Ubuntu keep what is not on the PATH, one folder per major version. */
const debianFolder = '/usr/lib/postgresql';

async function folderOfBinaries(): Promise<string | null> {
  const versions = await readdir(debianFolder).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const folder of [...newestFirst.map((version) => join(debianFolder, version, 'bin')), ...onPath]) {
    try {
      await access(join(folder, 'initdb'), constants.X_OK);
      await access(join(folder, 'postgres'), constants.X_OK);
      return folder;
    } catch {
      // Not here; the next folder may have them.
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
  process.stderr.write('No PostgreSQL and no Docker engine here: installing postgresql with apt-get.\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'postgresql'], { env });
  return folderOfBinaries();
}

async function find(): Promise<MakePostgresHost> {
  const present = await folderOfBinaries();
  if (present !== null) return processHost(present);
  if (await isDockerRunning()) return containerHost;
  const installed = await installWithApt();
  if (installed !== null) return processHost(installed);
  throw new Error(
    'These tests need PostgreSQL 13 or newer: install it (initdb and postgres on the PATH), start Docker, or set POSTGRES_URL.',
  );
}

let found: Promise<MakePostgresHost> | undefined;

/** The same answer for the whole process; a failure is not remembered. */
export function obtainPostgresHost(): Promise<MakePostgresHost> {
  found ??= find().catch((error: unknown) => {
    found = undefined;
    throw error;
  });
  return found;
}
