/** The two builds of a rolling upgrade: the one of this command, and the one that `--from` names. */
import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildVersion } from './version-before.ts';

export interface Build {
  /** As its `--version` says, for example `0.1.0 (4f2c1d0…)`. */
  readonly version: string;
  /** Absolute path of its command `plenum`. */
  readonly script: string;
  /** Deletes what was made for it. */
  remove(): Promise<void>;
}

export interface OtherBuildOptions {
  /** A folder with an installed or built Plenum, its script, or in the repository a commit, branch or tag. */
  readonly from: string;
  /** False: there is no history from which a commit could be built. */
  readonly isRepository: boolean;
}

const execute = promisify(execFile);
const answerLimitMs = 30_000;
/** Where the command is in: the package itself, a folder in which it was installed, and a checkout. */
const scripts = ['bin/plenum.js', 'node_modules/plenum/bin/plenum.js', 'apps/server/bin/plenum.js'];

/** @param suffix of the version, such as a commit; empty: none */
export async function buildAt(script: string, suffix = ''): Promise<Build> {
  const version = await versionOf(script);
  const isNamed = suffix === '' || version.includes(suffix);
  return { script, version: isNamed ? version : `${version} (${suffix})`, remove: async () => {} };
}

/** @throws Error with one sentence if there is no such build, or it cannot be run */
export async function otherBuild({ from, isRepository }: OtherBuildOptions): Promise<Build> {
  if (existsSync(from)) return buildAt(scriptIn(resolve(from)));
  if (!isRepository) {
    throw new Error(
      `--from ${from}: there is no such folder, and only the repository can build a commit: npm install --prefix before plenum@<version>, then --from before`,
    );
  }
  const { script, commit, remove } = await buildVersion(from, '--from');
  return { ...(await buildAt(script, commit)), remove };
}

function scriptIn(path: string): string {
  if (statSync(path).isFile()) return path;
  const script = scripts.map((place) => join(path, place)).find(existsSync);
  if (script !== undefined) return script;
  throw new Error(`--from ${path}: the folder has no plenum, in none of ${scripts.join(', ')}`);
}

async function versionOf(script: string): Promise<string> {
  try {
    const { stdout } = await execute(process.execPath, [script, '--version'], { timeout: answerLimitMs });
    if (/^\d+\.\d+\.\d+/.test(stdout)) return stdout.trim();
    throw new Error(`it printed ${JSON.stringify(stdout.slice(0, 100))}`);
  } catch (error) {
    const { stderr = '', message }: Partial<ExecFileException> = error instanceof Error ? error : {};
    const why = stderr.trim().split('\n').at(-1) || message;
    throw new Error(`${script} does not say its version by --version: ${why}`);
  }
}
