/** The workspaces of this repository and the versions of the packages that they depend on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** @returns {Record<string, any>} */
export const readJson = (/** @type {string} */ path) => JSON.parse(readFileSync(path, 'utf8'));

/** Ranges of all dependencies of all workspaces but the examples, by name. @throws Error if two workspaces name different ranges */
export function dependencyRanges() {
  /** @type {Map<string, string>} */
  const ranges = new Map();
  /** @type {string[]} */
  const folders = readJson(join(root, 'package.json'))['workspaces'];
  for (const folder of folders.filter((name) => !name.includes('*'))) {
    const { dependencies = {} } = readJson(join(root, folder, 'package.json'));
    for (const [name, range] of Object.entries(dependencies)) {
      if (ranges.has(name) && ranges.get(name) !== range)
        throw new Error(`${name}: ${ranges.get(name)} and ${range}`);
      ranges.set(name, range);
    }
  }
  return ranges;
}
