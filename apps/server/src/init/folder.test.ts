import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configFileNameFor } from './folder.ts';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'init '));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test.each([
  ['an empty folder', {}, true, 'plenum.config.mjs'],
  ['modules', { 'package.json': '{ "type": "module" }' }, true, 'plenum.config.js'],
  ['CommonJS', { 'package.json': '{ "type": "commonjs" }' }, true, 'plenum.config.mjs'],
  ['a tsconfig.json', { 'tsconfig.json': '{}' }, true, 'plenum.config.mts'],
  [
    'TypeScript among the packages',
    { 'package.json': '{ "type": "module", "devDependencies": { "typescript": "6" } }' },
    true,
    'plenum.config.ts',
  ],
  ['TypeScript and a Node that cannot run it', { 'tsconfig.json': '{}' }, false, 'plenum.config.mjs'],
])('%s: the name of the configuration file', async (_, files, canStrip, name) => {
  expect(await configFileNameFor(await folderWith(files), canStrip)).toBe(name);
});

test.each(['{', '[]', '{ "type": 1 }'])(
  'a package.json that is not valid is a sentence: %s',
  async (text) => {
    const folder = await folderWith({ 'package.json': text });
    await expect(configFileNameFor(folder)).rejects.toThrow('package.json is not valid: mend it first');
  },
);
