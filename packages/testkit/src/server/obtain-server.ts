/** Finds a way to run a server on this machine: its binaries, else Docker, else the system's package manager. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { getContainerRuntimeClient } from 'testcontainers';

const run = promisify(execFile);

/** Where a kind of server may come from. `Way` is what starts it, for example a launcher of Redis. */
export interface ServerSources<Way> {
  /** Its name in Debian and Ubuntu. */
  readonly aptPackage: string;
  /** The way to start an installed server; null if none is installed. */
  installed(): Promise<Way | null>;
  readonly inDocker: Way;
  /** What to do when there is no way: the text of the error. */
  readonly advice: string;
}

/** Searches once per process and remembers the way. A failure is not remembered: the next call searches again. */
export function obtainer<Way>(sources: ServerSources<Way>): () => Promise<Way> {
  let found: Promise<Way> | undefined;
  return () => {
    found ??= find(sources).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

async function find<Way>(sources: ServerSources<Way>): Promise<Way> {
  const present = await sources.installed();
  if (present !== null) return present;
  if (await isDockerRunning()) return sources.inDocker;
  const added = (await installWithApt(sources.aptPackage)) ? await sources.installed() : null;
  if (added === null) throw new Error(sources.advice);
  return added;
}

/** Only as root on Debian or Ubuntu, as in images for CI. @returns whether the package was installed */
async function installWithApt(name: string): Promise<boolean> {
  if (process.getuid?.() !== 0 || !(await isExecutable('/usr/bin/apt-get'))) return false;
  process.stderr.write(`No ${name} and no Docker engine here: installing ${name} with apt-get.\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env });
  return true;
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

export const foldersOnPath = (): string[] => (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);

/** The first of the folders that holds all of these programs, or null. */
export async function folderWith(
  programs: readonly string[],
  folders: readonly string[],
): Promise<string | null> {
  for (const folder of folders) {
    const held = await Promise.all(programs.map((program) => isExecutable(join(folder, program))));
    if (held.every(Boolean)) return folder;
  }
  return null;
}

/** True if a Docker engine answers: a `docker` command may exist without an engine. */
async function isDockerRunning(): Promise<boolean> {
  try {
    const client = await getContainerRuntimeClient();
    await client.container.dockerode.ping();
    return true;
  } catch {
    return false;
  }
}
