/**
 * The `prepack` of each public workspace: `npm pack` and `npm publish` run it in the folder of the workspace. It builds the
 * bundles and the types, and writes the manifest of the package over that of the workspace; `postpack` puts it back.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from './bundle.js';
import { plainTypes } from './plain-types.js';
import { publicPackages, site } from './public-packages.js';
import { repositoryOf, revisionOf } from './repository.js';
import { restore, stashed } from './restore.js';
import { dependencyRanges, readJson, root } from './workspaces.js';

const folder = process.cwd();
restore(folder);
const manifest = readJson(join(folder, 'package.json'));
const own = publicPackages[manifest['name']];
if (own === undefined) throw new Error(`${manifest['name']} is not public`);

execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], {
  cwd: root,
  stdio: 'inherit',
});
if (Object.values(own.copies).includes(site)) {
  execFileSync(process.execPath, [join(root, 'apps/web/build.js')], { stdio: 'inherit' });
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/vitepress/bin/vitepress.js'), 'build', 'apps/docs'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
}
const imported = await bundle(own);
const types = plainTypes(own);
const {
  folder: workspace,
  output,
  library,
  isAlsoCommonJs,
  copies,
  files,
  pins,
  subpaths = {},
  peerRanges = {},
  publishedAs,
} = own;
const furtherTypes = Object.values(subpaths).map((entry) => ({
  entry,
  text: plainTypes({ ...own, library: entry }),
}));
writeFileSync(join(folder, output, `${library}.d.ts`), types);
for (const { entry, text } of furtherTypes) writeFileSync(join(folder, output, `${entry}.d.ts`), text);
if (isAlsoCommonJs) writeFileSync(join(folder, output, `${library}.d.cts`), types);
for (const [to, from] of Object.entries(copies)) {
  mkdirSync(dirname(join(folder, to)), { recursive: true });
  cpSync(join(root, from), join(folder, to), { recursive: true });
}
copyFileSync(join(folder, 'package.json'), join(folder, stashed));
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published(), null, 2)}\n`);

function published() {
  const {
    exports: _exports,
    devDependencies: _own,
    dependencies: _all,
    scripts: _scripts,
    ...kept
  } = manifest;
  const ranges = dependencyRanges();
  const allTypes = [types, ...furtherTypes.map(({ text }) => text)].join('\n');
  const typed = [...allTypes.matchAll(/from '([^'.][^']*)'/g)].map(([, name = '']) => name);
  const isPeer = (/** @type {string} */ name) =>
    name in peerRanges || name in (manifest['peerDependencies'] ?? {});
  const needed = [...new Set([...imported, ...typed])]
    .filter((name) => !name.startsWith('node:') && !isPeer(name))
    .sort();
  const dependencies = Object.fromEntries(
    needed.map((name) => {
      const range = ranges.get(name);
      if (range === undefined) throw new Error(`no workspace depends on ${name}`);
      return [name, range];
    }),
  );
  const file = (/** @type {string} */ ending) => `./${output}/${library}${ending}`;
  const esm = { types: file('.d.ts'), default: file('.js') };
  const both = { import: esm, require: { types: file('.d.cts'), default: file('.cjs') } };
  const further = Object.entries(subpaths).map(([path, entry]) => [
    path,
    { types: `./${output}/${entry}.d.ts`, default: `./${output}/${entry}.js` },
  ]);
  return {
    ...kept,
    name: publishedAs ?? kept['name'],
    ...repositoryOf(process.env, workspace),
    ...revisionOf(process.env),
    exports: {
      '.': isAlsoCommonJs ? both : esm,
      ...Object.fromEntries(further),
      './package.json': './package.json',
    },
    files: [...new Set([output.split('/')[0], ...files, ...Object.keys(copies)])],
    dependencies: { ...dependencies, ...pins },
    ...peersOf(peerRanges),
    // A package with a scope is private unless it says so.
    publishConfig: { access: 'public' },
  };
}

/** @param {NonNullable<import('./public-packages.js').PublicPackage['peerRanges']>} ranges */
function peersOf(ranges) {
  const all = Object.entries(ranges);
  if (all.length === 0) return {};
  const optional = all.filter(([, { isOptional }]) => isOptional === true);
  return {
    peerDependencies: Object.fromEntries(all.map(([name, { range }]) => [name, range])),
    ...(optional.length === 0
      ? {}
      : { peerDependenciesMeta: Object.fromEntries(optional.map(([name]) => [name, { optional: true }])) }),
  };
}
