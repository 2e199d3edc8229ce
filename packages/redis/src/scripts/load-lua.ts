/**
 * Reads a script and completes it to one plain text for Redis: with its shared fragments, and with constants that
 * TypeScript uses too.
 */
import { readFileSync } from 'node:fs';
import { dueMutesPerStep, overloadedRetryMs, tombstoneMs } from '@plenum/core';
import { limits } from '@plenum/protocol';

const folder = new URL('../../lua/', import.meta.url);
const includeLine = /^-- @include ([a-z-]+)$/gm;
const constantLine = /^-- @constant ([A-Z_]+)$/gm;

/** By the name in the script. */
const constants = new Map([
  ['TOMBSTONE_MS', tombstoneMs],
  ['DUE_MUTES_PER_STEP', dueMutesPerStep],
  ['PRESENCE_COUNTS_ONLY_FROM', limits.presenceCountsOnlyFrom],
  ['OVERLOADED_RETRY_MS', overloadedRetryMs],
]);

const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

function expand(text: string, included: Set<string>): string {
  return text.replace(includeLine, (_, name: string) => {
    if (included.has(name)) return '';
    included.add(name);
    return expand(read(`lib/${name}.lua`), included);
  });
}

function declared(name: string): string {
  const value = constants.get(name);
  if (value === undefined) throw new Error(`No constant is named ${name}`);
  return `local ${name} = ${value}`;
}

/**
 * @param file name without its ending. In it `-- @include x` is replaced by `lib/x.lua`, each fragment once, nested
 * ones too, and `-- @constant X` by a declaration, for example `local TOMBSTONE_MS = 600000`
 */
export const loadLua = (file: string): string =>
  expand(read(`${file}.lua`), new Set()).replace(constantLine, (_, name: string) => declared(name));
