/** Records date, commit, command line and machine of a result, so that two results can be compared. */
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Provenance {
  readonly date: string;
  /** Ends in `+` if there were changes that were not committed. */
  readonly commit: string;
  readonly commandLine: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly os: string;
    readonly node: string;
  };
}

const folder = fileURLToPath(new URL('..', import.meta.url));

function git(...args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

const secretOptions = ['--secret', '--admin-token'];

/** Removes secrets: the values of `--secret` and `--admin-token`, and passwords in URLs. */
export const shownArguments = (args: readonly string[]): readonly string[] =>
  args
    .filter(
      (arg, i) =>
        !secretOptions.includes(args[i - 1] ?? '') &&
        !secretOptions.some((name) => arg === name || arg.startsWith(`${name}=`)),
    )
    .map((arg) => arg.replace(/(:\/\/[^:/@]*):[^/]*@/g, '$1:***@'));

/** @param command as typed before the arguments, such as `npm run bench --` */
export function provenance(date: Date, command: string, args: readonly string[]): Provenance {
  const processors = cpus();
  const isClean = git('status', '--porcelain') === '';
  return {
    date: date.toISOString(),
    commit: `${git('rev-parse', 'HEAD') ?? 'unknown'}${isClean ? '' : '+'}`,
    commandLine: [command, ...shownArguments(args)].join(' '),
    machine: {
      cpu: processors[0]?.model.trim() ?? 'unknown',
      cores: processors.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      os: `${type()} ${release()}`,
      node: process.version,
    },
  };
}
