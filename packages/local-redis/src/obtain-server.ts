/** Finds a way to run a server on this machine: its programs, else Docker. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { isDockerRunning } from './docker.ts';

/** Where a kind of server may come from. `Way` is what starts it, for example a launcher of Redis. */
export interface ServerSources<Way> {
  /** The way to start an installed server; null if none is installed. */
  installed(): Promise<Way | null>;
  readonly inDocker: Way;
  /** Installs the server if there is neither. @returns whether it did. Absent: nothing is installed */
  readonly install?: () => Promise<boolean>;
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

async function find<Way>({ installed, inDocker, install, advice }: ServerSources<Way>): Promise<Way> {
  const present = await installed();
  if (present !== null) return present;
  if (await isDockerRunning()) return inDocker;
  const added = (await install?.()) === true ? await installed() : null;
  if (added === null) throw new Error(advice);
  return added;
}

export const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

export const foldersOnPath = (): string[] => (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);

/** The file of a program: Windows adds an ending. */
export const fileOf = (program: string): string =>
  process.platform === 'win32' ? `${program}.exe` : program;

/** The first of the folders that holds all of these programs, or null. */
export async function folderWith(
  programs: readonly string[],
  folders: readonly string[],
): Promise<string | null> {
  for (const folder of folders) {
    const held = await Promise.all(programs.map((program) => isExecutable(join(folder, fileOf(program)))));
    if (held.every(Boolean)) return folder;
  }
  return null;
}
