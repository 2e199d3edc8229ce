/** The page about the SDK: the README of its package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../source-tree.ts';
import { page } from './page.ts';

export function sdkPage(): string {
  const readme = readFileSync(join(root, 'packages/client/README.md'), 'utf8');
  const text = readme.replace(/^# .*\n\n/, '').replaceAll('](../../apps/docs/', '](../');
  return page('The SDK', 'What can `@plenum/client` do?', [text]);
}
