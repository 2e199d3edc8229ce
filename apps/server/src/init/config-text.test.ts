import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { environmentSchema } from '../config/environment.ts';
import { readConfigFile } from '../config/file.ts';
import { readConfig } from '../config.ts';
import { configText } from './config-text.ts';

async function readingOf(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'config '));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'plenum.config.mjs'), text);
  return readConfigFile(folder);
}

/** With each line that holds a setting. */
const filledIn = configText(false)
  .replaceAll(/^ {2}\/\/ (?=PLENUM_|PORT|middleware| |\})/gm, '  ')
  .replace("// import { fail } from 'plenum';", 'const fail = (failure) => ({ ok: false, failure });');

test('the file as written changes no setting', async () => {
  const file = await readingOf(configText(false));
  expect(file).toMatchObject({ problems: [], variables: {} });
  expect(readConfig({}, file)).toEqual(readConfig({}));
});

test('each line that is commented out is a setting with its default, or an example', async () => {
  const file = await readingOf(filledIn);
  expect(file.problems).toEqual([]);
  expect(Object.keys(file.extensions.middleware)).toEqual(['calm']);
  const { PLENUM_CORS_ORIGINS: example, ...defaults } = file.variables;
  expect(example).toBe('https://app.example.com');
  expect(Object.keys(defaults).length).toBeGreaterThan(5);
  expect(environmentSchema.parse(defaults)).toEqual(environmentSchema.parse({}));
});
