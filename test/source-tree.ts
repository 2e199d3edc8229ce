/** The source tree as data for the tests that check its rules: packages, files, imports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Workspace {
  /** Below the top folder: `packages/core`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export interface SourceFile {
  /** Below the top folder. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly file: string;
  /** Below the top folder, for a relative import; else the specifier. */
  readonly target: string;
  readonly isRelative: boolean;
}

const unread = new Set(['node_modules', 'dist', 'coverage', 'cache']);

/** Every file below `folder` whose name ends in one of `endings`. */
export function filesBelow(folder: string, ...endings: readonly string[]): SourceFile[] {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return unread.has(entry.name) ? [] : filesBelow(path, ...endings);
    if (!endings.some((ending) => entry.name.endsWith(ending))) return [];
    return [{ path, text: readFileSync(join(root, path), 'utf8') }];
  });
}

export const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

export const workspaces: readonly Workspace[] = ['packages', 'apps'].flatMap((group) =>
  readdirSync(join(root, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, group, entry.name, 'package.json')))
    .map((entry) => join(group, entry.name))
    .map((folder) => ({ folder, manifest: manifestIn(folder) })),
);

/** Tests, and what only tests load, are not part of what a package ships. */
export const isTest = (path: string) =>
  path.endsWith('.test.ts') || /^(?:packages|apps)\/[^/]+\/test\//.test(path);

const importPattern =
  /^\s*(?:import|export)\b[^'"`;]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;

export function importsOf({ path, text }: SourceFile): Import[] {
  return [...text.matchAll(importPattern)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    const isRelative = specifier.startsWith('.');
    const target = isRelative
      ? relative(root, resolve(root, dirname(path), specifier))
      : packageNameOf(specifier);
    return { file: path, target, isRelative };
  });
}

/** `@scope/name/path` and `name/path` to the package's name; `node:` modules stay as they are. */
function packageNameOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
