import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { foldersOnPath, folderWith, obtainer } from '../server/obtain-server.ts';
import { containerHost } from './postgres-container.ts';
import type { MakePostgresHost } from './postgres-host.ts';
import { processHost } from './postgres-process.ts';

/** Where Debian and Ubuntu keep what is not on the PATH, one folder per major version. */
const debianFolder = '/usr/lib/postgresql';

async function installed(): Promise<MakePostgresHost | null> {
  const versions = await readdir(debianFolder).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const folders = newestFirst.map((version) => join(debianFolder, version, 'bin'));
  const folder = await folderWith(['initdb', 'postgres'], [...folders, ...foldersOnPath()]);
  return folder === null ? null : processHost(folder);
}

export const obtainPostgresHost = obtainer<MakePostgresHost>({
  aptPackage: 'postgresql',
  installed,
  inDocker: containerHost,
  advice:
    'These tests need PostgreSQL 13 or newer: install it (initdb and postgres on the PATH), start Docker, or set POSTGRES_URL.',
});
