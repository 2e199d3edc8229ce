/** `plenum init` in folders of all kinds: what it writes, what it keeps, what it refuses. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';

const plenum = 'apps/server/bin/plenum.js';
const written = ['.env', '.gitignore', 'compose.yml', 'plenum.config.mjs'];

/** @returns a folder whose name needs quotes in every shell */
async function folderWith(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "it's ü $HOME 100% & "));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function run(folder: string, ...args: readonly string[]) {
  await using command = new CommandProcess(plenum, args, { PWD: folder, PLENUM_ENGINE: 'memory' });
  const code = await command.ended;
  return { code, output: command.output };
}

/** The text of each file. */
async function contentOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder)).sort();
  const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

test('an empty folder gets four files, secrets for its owner only, and a second run changes none', async () => {
  const folder = await folderWith();
  expect((await run(folder, 'init')).code).toBe(0);
  const first = await contentOf(folder);
  expect(Object.keys(first)).toEqual(written);
  expect((await stat(join(folder, '.env'))).mode & 0o777).toBe(0o600);
  const again = await run(folder, 'init');
  expect(again.code).toBe(0);
  for (const name of written) expect(again.output).toContain(`kept     ${name}`);
  expect(await contentOf(folder)).toEqual(first);
  const check = await run(folder, 'check');
  expect(check).toMatchObject({ code: 0 });
});

test('a changed file is kept and named, and then nothing is written; --force writes it anew', async () => {
  const folder = await folderWith({ 'plenum.config.mjs': '// mine', '.env': 'REDIS_PASSWORD=mine' });
  const refused = await run(folder, 'init');
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('plenum.config.mjs is there already: --force');
  expect(Object.keys(await contentOf(folder))).toEqual(['.env', 'plenum.config.mjs']);
  expect((await run(folder, 'init', '--force')).code).toBe(0);
  const content = await contentOf(folder);
  expect(Object.keys(content)).toEqual(written);
  expect(content['plenum.config.mjs']).toContain('export default');
  expect(content['.env']).toMatch(
    /^REDIS_PASSWORD=mine\n# .*\nPLENUM_JWT_SECRET=\w{64}\nPLENUM_ADMIN_TOKEN=/,
  );
});

test.each([
  ['plenum.config.json', ['init', '--force'], 'plenum.config.json is there already, and plenum.config.mjs'],
  ['docker-compose.yml', ['init', '--force'], 'docker-compose.yml is there already, and compose.yml'],
])('%s of another name is in the way', async (name, command, sentence) => {
  const folder = await folderWith({ [name]: '{}' });
  const { code, output } = await run(folder, ...command);
  expect(code).toBe(1);
  expect(output).toContain(sentence);
  expect(await contentOf(folder)).toEqual({ [name]: '{}' });
});

test('without a compose file it goes beside that of the folder', async () => {
  const folder = await folderWith({ 'docker-compose.yml': '{}' });
  expect((await run(folder, 'init', '--no-compose')).code).toBe(0);
  expect(Object.keys(await contentOf(folder))).not.toContain('compose.yml');
});

test('a link that leads nowhere is not followed, and a folder in the way is a sentence', async () => {
  const folder = await folderWith();
  await symlink(join(folder, 'elsewhere'), join(folder, 'compose.yml'));
  const linked = await run(folder, 'init');
  expect(linked.code).toBe(1);
  expect(linked.output).toMatch(/compose\.yml cannot be written: EEXIST/);
  const other = await folderWith();
  await mkdir(join(other, '.env'));
  const blocked = await run(other, 'init');
  expect(blocked.code).toBe(1);
  expect(blocked.output).toMatch(/\.env cannot be read: EISDIR/);
  expect(blocked.output).not.toContain('    at ');
  expect(await readdir(other)).toEqual(['.env']);
});
