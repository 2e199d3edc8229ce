/** Finds a way to run a server on this machine: its binaries, else Docker, else the system's package manager. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { getContainerRuntimeClient } from 'testcontainers';

const run = promisify(execFile);

/** Where a kind of server may come from; `Way` is how it is started then. */
export interface ServerSources<Way> {
  /** Of Debian and Ubuntu. */
  readonly aptPackage: string;
  /** The way by what is installed here; null: nothing is. */
  installed(): Promise<Way | null>;
  readonly inDocker: Way;
  /** The advice if none of this leads to a server. */
  readonly advice: string;
}

/** @returns the same answer for the whole process; a failure, which says what to install, is not remembered. */
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

/** Debian and Ubuntu as root, which is what CI images and development containers are. */
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

/** A `docker` command without an engine behind it is common: only an answer of the engine counts. */
async function isDockerRunning(): Promise<boolean> {
  try {
    const client = await getContainerRuntimeClient();
    await client.container.dockerode.ping();
    return true;
  } catch {
    return false;
  }
}
