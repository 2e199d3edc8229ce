/** Bundles the compiled code of a public package: ours is in it, every other package stays a dependency. */
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './workspaces.js';

/** @typedef {import('./public-packages.js').PublicPackage} PublicPackage */

/** A package of ours that is put into the bundle, or a file. */
const isOurs = (/** @type {string} */ id, /** @type {readonly string[]} */ peers) =>
  (id.startsWith('@plenum/') && !peers.includes(id)) || id.startsWith('.') || id.startsWith('/');

/**
 * Build with `tsc -b` first.
 * @param {PublicPackage} of
 * @returns {Promise<readonly string[]>} the names of the packages that the bundles import
 */
export async function bundle({ folder, entries, output, isAlsoCommonJs, peers, banner }) {
  const at = join(root, folder);
  const input = Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(at, file)]));
  const build = await rolldown({
    input,
    platform: 'neutral',
    resolve: { mainFields: ['module', 'main'], conditionNames: ['import', 'default'] },
    external: (id) => !isOurs(id, peers),
  });
  const shared = {
    dir: join(at, output),
    comments: true,
    minify: false,
    ...(banner === '' ? {} : { banner }),
  };
  const { output: chunks } = await build.write({
    ...shared,
    format: 'esm',
    chunkFileNames: '[name]-[hash].js',
  });
  if (isAlsoCommonJs) await build.write({ ...shared, format: 'cjs', entryFileNames: '[name].cjs' });
  await build.close();
  const imported = chunks.flatMap((chunk) =>
    chunk.type === 'chunk' ? [...chunk.imports, ...chunk.dynamicImports] : [],
  );
  const names = imported.filter((id) => !id.startsWith('node:') && !id.endsWith('.js')).map(packageOf);
  return [...new Set(names)].sort();
}

/** `pg/lib/x` and `@scope/name/x` belong to `pg` and `@scope/name`. */
const packageOf = (/** @type {string} */ id) =>
  id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/');
