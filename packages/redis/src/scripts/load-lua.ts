/** Reads a script and puts the shared fragments in where it names them, so that Redis gets one plain text. */
import { readFileSync } from 'node:fs';

const folder = new URL('../../lua/', import.meta.url);
const includeLine = /^-- @include ([a-z-]+)$/gm;

const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

function expand(text: string, included: Set<string>): string {
  return text.replace(includeLine, (_, name: string) => {
    if (included.has(name)) return '';
    included.add(name);
    return expand(read(`lib/${name}.lua`), included);
  });
}

/** @param file name without its ending; `-- @include x` stands for `lib/x.lua`, each fragment once, nested ones too. */
export const loadLua = (file: string): string => expand(read(`${file}.lua`), new Set());
