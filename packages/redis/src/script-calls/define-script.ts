/**
 * One Lua script as a typed function: its text with the shared fragments, named keys and arguments, and a reply that is a union
 * by its first word.
 */

import { readFileSync } from 'node:fs';
import { dueMutesPerStep, overloadedRetryMs, tombstoneMs } from '@plenum/core';
import { limits } from '@plenum/protocol';

import { z } from 'zod';
import { ScriptText } from './script-command.ts';

export interface Reply {
  /** The first word of the reply. */
  readonly type: string;
  /** Redis' time, ms. */
  readonly nowMs: number;
}

export interface Script<K extends string, A extends string, R extends Reply> {
  readonly file: string;
  readonly text: ScriptText;
  readonly keys: readonly K[];
  readonly args: readonly A[];
  /** True if the details of the reply arrive as Buffers. */
  readonly isBinary: boolean;
  /** @param reply the reply as the client library returns it. @throws an error if the script has no such reply */
  parse(reply: unknown): R;
}

interface Definition<K extends string, A extends string, R extends Reply> {
  readonly file: string;
  readonly keys: readonly K[];
  readonly args: readonly A[];
  readonly reply: z.ZodType<R>;
  /** True if the details of the reply arrive as Buffers. */
  readonly isBinary?: boolean;
  /**
   * For a script that takes any number of keys and arguments after the bound ones: the names of the shortest complete
   * list. The script checks the numbers itself.
   */
  readonly rest?: { readonly keys: readonly K[]; readonly args: readonly A[] };
}

const binding = /^local (\w+) = (KEYS|ARGV)\[(\d+)\]$/gm;
const camelCase = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function boundNames(lua: string, table: 'KEYS' | 'ARGV'): string[] {
  const names: string[] = [];
  for (const [, name = '', from, index] of lua.matchAll(binding)) {
    const bound = table === 'KEYS' ? name.replace(/_key$/, '') : name;
    if (from === table) names[Number(index) - 1] = camelCase(bound);
  }
  return names;
}

/** Adds a check to the script, so that a wrong number of keys or arguments fails before the first write. */
function guarded(lua: string, { KEYS, ARGV }: Record<'KEYS' | 'ARGV', readonly string[]>): string {
  const message = `${KEYS.length} keys and ${ARGV.length} arguments expected`;
  const guard = `if #KEYS ~= ${KEYS.length} or #ARGV ~= ${ARGV.length} then error('${message}') end`;
  return lua.replace('\n', `\n${guard}\n`);
}

/**
 * Loads `lua/<file>.lua`.
 * @throws Error if the header of the script binds other names, or the same names in another order
 */
export function defineScript<const K extends string, const A extends string, R extends Reply>(
  definition: Definition<K, A, R>,
): Script<K, A, R> {
  const { file, keys, args, reply, rest } = definition;
  const lua = loadLua(file);
  const expected = { KEYS: keys, ARGV: args };
  for (const table of ['KEYS', 'ARGV'] as const) {
    const bound = boundNames(lua, table).join(' ');
    const declared = expected[table].join(' ');
    if (bound !== declared) {
      throw new Error(`${file}.lua binds ${table} "${bound}", its definition says "${declared}"`);
    }
  }
  const text = new ScriptText(rest === undefined ? guarded(lua, expected) : lua);
  const isBinary = definition.isBinary ?? false;
  const all = { keys: [...keys, ...(rest?.keys ?? [])], args: [...args, ...(rest?.args ?? [])] };
  return { file, text, ...all, isBinary, parse: (raw) => reply.parse(shape(raw)) };
}

/** Defines one form of a reply: its type, Redis' time, and the details that follow. */
export const reply = <W extends string, D>(type: W, details: z.ZodType<D>) =>
  z.object({ type: z.literal(type), nowMs: z.int(), details });

/** The reply of a script whose deadline had passed: it did nothing. */
export const late = z.object({ type: z.literal('late'), nowMs: z.int() });
export type Late = z.infer<typeof late>;

/** Parses a whole number. */
export const integerWord = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number);

/** Turns a raw reply into the input of a schema: type, time and details. */
export function shape(raw: unknown): unknown {
  if (!Array.isArray(raw)) return raw;
  const [type, now, ...details] = raw;
  return { type: String(type), nowMs: Number(String(now)), details };
}

const folder = new URL('../../lua/', import.meta.url);
const includeLine = /^( *)-- @include ([a-z-]+)$/gm;
const constantLine = /^-- @constant ([A-Z_]+)$/gm;

/** Constants that TypeScript uses too, by their name in the script. */
const constants = new Map([
  ['TOMBSTONE_MS', tombstoneMs],
  ['DUE_MUTES_PER_STEP', dueMutesPerStep],
  ['PRESENCE_COUNTS_ONLY_FROM', limits.presenceCountsOnlyFrom],
  ['OVERLOADED_RETRY_MS', overloadedRetryMs],
]);

const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

function expand(text: string, included: Set<string>): string {
  return text.replace(includeLine, (_, indent: string, name: string) => {
    if (included.has(name)) return '';
    // What a function includes is visible in it only.
    const visible = indent === '' ? included : new Set(included);
    visible.add(name);
    return expand(read(`lib/${name}.lua`), visible);
  });
}

function declared(name: string): string {
  const value = constants.get(name);
  if (value === undefined) throw new Error(`No constant is named ${name}`);
  return `local ${name} = ${value}`;
}

/**
 * Replaces `-- @include x` by `lib/x.lua` (each fragment once, nested ones too) and `-- @constant X` by a declaration, for
 * example `local TOMBSTONE_MS = 600000`.
 * @param file the name of the script without `.lua`
 */
export const loadLua = (file: string): string =>
  expand(read(`${file}.lua`), new Set()).replace(constantLine, (_, name: string) => declared(name));
