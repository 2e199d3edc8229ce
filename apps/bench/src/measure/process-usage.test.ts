import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ioCallsOfNode } from './process-usage.ts';

test('each read of a process is one read call', () => {
  const before = ioCallsOfNode(process.pid);
  for (let i = 0; i < 100; i += 1) readFileSync('/proc/self/stat');
  const after = ioCallsOfNode(process.pid);
  // A file is read until a call returns nothing, and the garbage collector and vitest read too.
  expect((after?.reads ?? 0) - (before?.reads ?? 0)).toBeGreaterThanOrEqual(100);
});

test('a process that is gone has no figure', () => {
  expect(ioCallsOfNode(2 ** 22 + 1)).toBeNull();
});
