/** The unit of systemd: it starts a file that there is, and does not kill a node that drains. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hardExitMsOf } from '../../apps/server/src/drain-times.ts';
import { root } from '../source-tree.ts';

const unit = readFileSync(join(root, 'deploy/systemd/plenum@.service'), 'utf8');
const fieldOf = (name: string): string => new RegExp(`^${name}=(.+)$`, 'm').exec(unit)?.[1] ?? '';

test('the unit starts what npm start does, and waits until a node has drained', () => {
  const command = fieldOf('ExecStart').replace('/usr/bin/', '');
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(command).toBe(scripts.start);
  expect(existsSync(join(root, /apps\S+\.js/.exec(command)?.[0] ?? 'missing'))).toBe(true);
  expect(Number(fieldOf('TimeoutStopSec')) * 1000).toBeGreaterThan(hardExitMsOf({ isDev: false }));
});
