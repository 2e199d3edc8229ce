/** Reads `plenum.config.{js,mjs,ts,mts,json}` from the working folder: variables as in the environment, and custom code. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { FileReading } from '../config.ts';
import { adminTokensProblem } from './admin-tokens.ts';
import { environmentSchema, listNames } from './environment.ts';
import {
  adaptersProblem,
  type Extensions,
  middlewareProblem,
  noExtensions,
  requestsProblem,
} from './extensions.ts';
import { didYouMean } from './names.ts';

type VariableValue = string | number | boolean | readonly (string | number)[];
/** The default export of a configuration file. Environment variables override its values. */
export type ConfigFile = Partial<Extensions> & {
  readonly [Name in keyof z.input<typeof environmentSchema>]?: VariableValue;
};

export const fileNames = ['js', 'mjs', 'ts', 'mts', 'json'].map((ending) => `plenum.config.${ending}`);

/** @returns the content of the configuration file in `folder`, which is empty without a file. Never rejects */
export async function readConfigFile(folder: string): Promise<FileReading> {
  const [name, another] = fileNames.filter((candidate) => existsSync(join(folder, candidate)));
  if (name === undefined) return withProblems([]);
  if (another !== undefined) return withProblems([`there are ${name} and ${another}: keep one of them`]);
  const loaded = await load(join(folder, name), name);
  return loaded.ok ? fileReading(name, loaded.value) : withProblems([`${name} ${loaded.why}`]);
}

const withProblems = (problems: readonly string[]): FileReading => ({
  variables: {},
  extensions: noExtensions,
  problems,
});

type Loaded = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };
const failed = (why: string): Loaded => ({ ok: false, why });

async function load(path: string, name: string): Promise<Loaded> {
  if (name.endsWith('.json')) return loadJson(path);
  try {
    const module: unknown = await import(pathToFileURL(path).href);
    return { ok: true, value: Reflect.get(Object(module), 'default') };
  } catch (error) {
    if (/\.m?ts$/.test(name) && codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION') {
      const why = `needs a Node that strips types, 22.18 or newer, and this is ${process.version}`;
      return failed(`${why}: write plenum.config.mjs instead`);
    }
    return failed(`could not be loaded: ${error instanceof Error ? error.message : 'it has thrown'}`);
  }
}

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code');

async function loadJson(path: string): Promise<Loaded> {
  try {
    return { ok: true, value: JSON.parse(await readFile(path, 'utf8')) };
  } catch (error) {
    // The message of JSON.parse quotes the file, which may contain secrets.
    return failed(error instanceof SyntaxError ? 'is not valid JSON' : 'could not be read');
  }
}

const judgedBy = <T>(problemOf: (value: unknown) => string | null) =>
  z.custom<T>((value) => problemOf(value) === null, { error: ({ input }) => problemOf(input) ?? '' });

const partsSchema = z.object({
  adapters: judgedBy<Extensions['adapters']>(adaptersProblem),
  middleware: judgedBy<Extensions['middleware']>(middlewareProblem),
  requests: judgedBy<Extensions['requests']>(requestsProblem),
  adminTokens: judgedBy<Extensions['adminTokens']>(adminTokensProblem),
});

const variableSchema = z
  .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))])
  .transform((value) => (Array.isArray(value) ? value.map(String) : String(value)));

const variableNames = Object.keys(environmentSchema.shape);

/** Checks that every name is known, and that every value of a variable can be written as text. */
function fileReading(fileName: string, file: unknown): FileReading {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    return withProblems([`${fileName} must export an object by default`]);
  }
  const { adapters, middleware, requests, adminTokens, ...variables } = { ...noExtensions, ...file };
  const parts = partsSchema.safeParse({ adapters, middleware, requests, adminTokens });
  const unknown = Object.keys(variables).filter((name) => !variableNames.includes(name));
  const given = Object.fromEntries(Object.entries(variables).filter(([name]) => !unknown.includes(name)));
  const texts = z.record(z.string(), variableSchema).safeParse(given);
  const known = [...variableNames, ...Object.keys(noExtensions)];
  const wrong = texts.error?.issues.map(({ path }) => `${path.join('.')} must be a text, a number or a list`);
  const problems = [
    ...unknown.map((name) => `${name} is unknown${didYouMean(name, known)}`),
    ...(wrong ?? []),
    ...(parts.error?.issues.map(({ message }) => message) ?? []),
  ];
  if (!texts.success || !parts.success || problems.length > 0) {
    return withProblems(problems.map((problem) => `${fileName}: ${problem}`));
  }
  // A blank text counts as unset, as in the environment. An empty list is a value: no items.
  const filled = Object.entries(texts.data).flatMap(([name, value]) => {
    if (typeof value === 'string') return value.trim() === '' ? [] : [[name, value] as const];
    return [[name, listNames.includes(name) ? value : value.join(',')] as const];
  });
  return { variables: Object.fromEntries(filled), extensions: parts.data, problems: [] };
}
