/** Puts the manifest of a workspace back and removes what `prepack` made. Idempotent: it also mends an interrupted `npm pack`. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { publicPackages } from './public-packages.js';
import { readJson } from './workspaces.js';

/** The manifest of the workspace meanwhile. */
export const stashed = 'package.workspace.json';

/** @param {string} folder of the workspace */
export function restore(folder) {
  if (existsSync(join(folder, stashed))) renameSync(join(folder, stashed), join(folder, 'package.json'));
  const own = publicPackages[readJson(join(folder, 'package.json'))['name']];
  if (own === undefined) return;
  for (const made of [own.output, ...Object.keys(own.copies)])
    rmSync(join(folder, made.split('/')[0] ?? made), { recursive: true, force: true });
}
