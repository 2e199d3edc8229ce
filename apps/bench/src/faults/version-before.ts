/** Builds another version of this repository in a temporary folder, to run its nodes beside those of this version. */
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface OtherVersion {
  /** Absolute path of its command `plenum`. */
  readonly script: string;
  /** The short hash of its commit. */
  readonly commit: string;
  /** Deletes it. */
  remove(): Promise<void>;
}

/** There is no such commit here: a shallow clone, or files without their history. */
export class UnknownVersion extends Error {}

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const execute = promisify(execFile);

/**
 * @param option of the command line, which names the version
 * @throws UnknownVersion if the commit is not there; Error with the output of what failed
 */
export async function buildVersion(ref: string, option = '--before'): Promise<OtherVersion> {
  const commit = await commitOf(ref, option);
  const folder = await mkdtemp(join(tmpdir(), 'plenum-before-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, 'version.tar');
    await run('git', ['archive', '--format=tar', `--output=${archive}`, commit], root);
    await run('tar', ['-xf', archive], folder);
    await giveModules(folder);
    await run(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], folder);
    return { script: join(folder, 'apps/server/bin/plenum.js'), commit, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function commitOf(ref: string, option: string): Promise<string> {
  try {
    const args = ['rev-parse', '--verify', '--quiet', '--short', '--end-of-options', `${ref}^{commit}`];
    return (await execute('git', args, { cwd: root })).stdout.trim();
  } catch {
    throw new UnknownVersion(
      `${ref} is not in the history of this copy: a whole clone has it, or pass another one by ${option}`,
    );
  }
}

/** The same lock: the modules of this version serve both. Another one: npm installs them. */
async function giveModules(folder: string): Promise<void> {
  const [before, now] = await Promise.all(
    [folder, root].map((top) => readFile(join(top, 'package-lock.json'), 'utf8')),
  );
  if (before === now) await linkModules(folder);
  else await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], folder);
}

/** Links each module, and the packages of the repository to those of the other version. */
async function linkModules(folder: string): Promise<void> {
  const [from, to] = [join(root, 'node_modules'), join(folder, 'node_modules')];
  await mkdir(join(to, '@plenum'), { recursive: true });
  for (const name of await readdir(from)) {
    if (name !== '@plenum') await symlink(join(from, name), join(to, name));
  }
  for (const name of await readdir(join(from, '@plenum'))) {
    await symlink(await readlink(join(from, '@plenum', name)), join(to, '@plenum', name));
  }
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await execute(command, args, { cwd }).catch((error: ExecFileException & { stdout?: string }) => {
    throw new Error(`${command} ${args.join(' ')} failed in ${cwd}: ${error.message}\n${error.stdout ?? ''}`);
  });
}
