/** Packs a public workspace. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.js';
import { publicPackages } from './public-packages.js';
import { root } from './workspaces.js';

/**
 * @param {string} name of the workspace
 * @param {string} to an existing folder
 * @returns {string} path of the tarball
 */
export function pack(name, to) {
  const own = publicPackages[name];
  if (own === undefined) throw new Error(`${name} is not public`);
  const before = readdirSync(to);
  npm(join(root, own.folder), 'pack', '--pack-destination', to);
  const [made = ''] = readdirSync(to).filter((file) => !before.includes(file));
  return join(to, made);
}
