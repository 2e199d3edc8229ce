/** The page about the command line, from what the commands print with `--help`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from '../source-tree.ts';
import { page } from './page.ts';

const run = promisify(execFile);
const options = { env: { PATH: process.env['PATH'], COLUMNS: '100', NO_COLOR: '1' } };

/** Runs the command once for each of `argv`, in one process: most of the time of one is its start. */
const helper = `
  const [main, ...argv] = process.argv.slice(1);
  process.exit = () => { throw new Error('ended'); };
  for (const [at, name] of argv.entries()) {
    process.argv = [process.execPath, ...name.split(' ').filter((word) => word !== ''), '--help'];
    process.stdout.write('\\0');
    await import(main + '?' + at).catch(() => {});
  }`;
const main = pathToFileURL(join(root, 'apps/server/dist/main.js')).href;

/** @param commands without `plenum`; an empty one is the command itself */
async function helpsOf(...commands: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run(
    process.execPath,
    ['--input-type=module', '-e', helper, main, ...commands],
    options,
  );
  return stdout
    .split('\0')
    .slice(1)
    .map((text) => text.trimEnd());
}

/** These are processes of their own. */
const tools = ['bench', 'verify'];

async function toolHelp(name: string): Promise<string> {
  const { stdout } = await run(
    process.execPath,
    [join(root, `apps/bench/bin/${name}.js`), '--help'],
    options,
  );
  return stdout.trimEnd();
}

/** `commander` lists them, without those that are hidden. */
async function commandNames(): Promise<readonly string[]> {
  const [help = ''] = await helpsOf('');
  const listed = help.split('\nCommands:\n')[1] ?? '';
  return [...listed.matchAll(/^ {2}([\w-]+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
}

export async function commandPage(): Promise<string> {
  const names = await commandNames();
  const own = names.filter((name) => !tools.includes(name));
  const [ownHelps, ...toolHelps] = await Promise.all([helpsOf(...own), ...tools.map(toolHelp)]);
  const texts = new Map([
    ...own.map((name, at) => [name, ownHelps[at]] as const),
    ...tools.map((name, at) => [name, toolHelps[at]] as const),
  ]);
  const helps = names.map((name) => ({ name, help: texts.get(name) ?? '' }));
  return page('Command line', 'What can `plenum` do in a terminal?', [
    'In a folder with the package installed the command is `npx plenum`, in the repository `npx --no-install plenum`. `join`, `send` and `tail` take',
    '`--url` of another service; if that has a secret, `--as` signs with the `PLENUM_JWT_SECRET` of the environment, and `--token` takes a token',
    'from elsewhere. Those that act as the service take an admin token. Each ends with the exit code 0, or with 1 and one sentence. `bench` needs the repository.',
    '',
    ...helps.flatMap(({ name, help }) => [`## ${name}`, '', '```text', help, '```', '']),
  ]);
}
