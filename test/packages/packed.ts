/** Packs what is published and installs it into an empty folder outside of the repository, once for all files of this project. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { npm } from '../../deploy/npm/npm.js';
import { pack } from '../../deploy/npm/pack.js';
import { publicPackages } from '../../deploy/npm/public-packages.js';
import { type Nodes, obtainNodes } from './nodes.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Its path has a space in it. */
    readonly outside: string;
    /** Name on npm → path of the tarball. */
    readonly tarballs: Readonly<Record<string, string>>;
    /** What npm has written when it installed them. */
    readonly installed: string;
    /** The commit that they name. */
    readonly revision: string;
    /** Version of Node → path of its program. */
    readonly nodes: Readonly<Record<string, string>>;
  }
}

/** What their users have beside them. */
const tools = [
  ...['vite@8', 'vitest@4', 'react@19', 'react-dom@19', '@types/react@19'],
  ...['express@5', '@types/express@5', 'socket.io@4'],
];

/** That of no commit. */
const revision = 'f'.repeat(40);

let outside = '';
let nodes: Nodes | null = null;

export function setup({ provide }: TestProject): void {
  outside = mkdtempSync(join(tmpdir(), 'outside of it '));
  process.env['REVISION'] = revision;
  const packed = Object.entries(publicPackages).map(([name, { publishedAs }]) => {
    const tarball = pack(name, outside);
    return [publishedAs ?? name, tarball] as const;
  });
  writeFileSync(join(outside, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const tarballs = Object.fromEntries(packed);
  const installed = npm(outside, 'install', '--no-audit', '--no-fund', ...Object.values(tarballs), ...tools);
  provide('outside', outside);
  provide('tarballs', tarballs);
  provide('installed', installed);
  provide('revision', revision);
  nodes = obtainNodes();
  provide('nodes', nodes.programs);
}

/** Without blocking: the workers end meanwhile. */
export async function teardown(): Promise<void> {
  await nodes?.remove();
  if (outside !== '') await rm(outside, { recursive: true, force: true });
}
