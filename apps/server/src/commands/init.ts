/** `plenum init`: writes a configuration file, a compose file and secrets into the working folder. */
import { existsSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileNames as configNames } from '../config/file.ts';
import { composeText } from '../init/compose-text.ts';
import { configText } from '../init/config-text.ts';
import { configFileNameFor, textIn } from '../init/folder.ts';
import { missingIgnoreLine, missingSecretLines } from '../init/secrets-text.ts';
import { refuse } from './refuse.ts';

export interface InitOptions {
  readonly force?: boolean;
  /** False: no compose file. */
  readonly compose: boolean;
}

interface NewFile {
  readonly name: string;
  readonly text: string;
  /** Names under which the file may be there already: then this one would be ignored, or hide it. */
  readonly alsoKnownAs: readonly string[];
}

const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const forOwnerOnly = 0o600;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** A second run changes nothing. Writes nothing if a file is in the way. @returns the exit code */
export async function init({ force = false, compose }: InitOptions): Promise<number> {
  const folder = process.cwd();
  const configName = await configFileNameFor(folder);
  const config = { name: configName, text: configText(configName.endsWith('ts')), alsoKnownAs: configNames };
  const composeFile = { name: 'compose.yml', text: composeText(configName), alsoKnownAs: composeNames };
  const files: readonly NewFile[] = compose ? [config, composeFile] : [config];
  const inTheWay = (await Promise.all(files.map((file) => whatIsInTheWay(folder, file, force)))).flat();
  if (inTheWay.length > 0) return refuse(`Nothing was written:\n${inTheWay.join('\n')}`);
  const secrets = missingSecretLines(await textIn(folder, '.env'));
  const ignored = missingIgnoreLine(await textIn(folder, '.gitignore'));
  for (const file of files) await write(folder, file, force);
  await add(folder, '.env', secrets.text, secrets.names.join(', '));
  await add(folder, '.gitignore', ignored, '.env');
  for (const line of nextSteps(compose)) say(line);
  return 0;
}

/** @returns a sentence for each file that must be kept */
async function whatIsInTheWay(folder: string, file: NewFile, force: boolean): Promise<readonly string[]> {
  const rivals = file.alsoKnownAs.filter((name) => name !== file.name && existsSync(join(folder, name)));
  if (rivals.length > 0)
    return rivals.map(
      (name) => `  - ${name} is there already, and ${file.name} beside it would be one too many`,
    );
  const present = await textIn(folder, file.name);
  return present === null || present === file.text || force
    ? []
    : [`  - ${file.name} is there already: --force writes it anew`];
}

async function write(folder: string, { name, text }: NewFile, force: boolean): Promise<void> {
  if ((await textIn(folder, name)) === text) return say(`kept     ${name}`);
  // Without force it must not be there: it may have come meanwhile.
  await sentenced(name, () => writeFile(join(folder, name), text, { flag: force ? 'w' : 'wx' }));
  say(`written  ${name}`);
}

/** What the file holds is kept. */
async function add(folder: string, name: string, text: string, what: string): Promise<void> {
  if (text === '') return say(`kept     ${name}`);
  // The mode counts for a new file only.
  const mode = name === '.env' ? forOwnerOnly : undefined;
  await sentenced(name, () => appendFile(join(folder, name), text, mode === undefined ? {} : { mode }));
  say(`written  ${name} (${what})`);
}

async function sentenced(name: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new Error(`${name} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

const nextSteps = (compose: boolean): readonly string[] => [
  '',
  'A node for development, which needs no secrets:',
  '  npx plenum dev',
  ...(compose
    ? [
        'A node and its Redis in Docker, with the secrets of .env:',
        '  docker compose up -d',
        '  docker compose exec plenum node node_modules/plenum/bin/plenum.js token --user ada',
      ]
    : []),
  'Your backend signs the tokens of users with PLENUM_JWT_SECRET (HS256, `sub` is the user id).',
];
