import type { Place } from '@plenum/gateway';
import { expect, test } from 'vitest';
import { PlaceLedger } from './place-ledger.ts';

const address: Place = { kind: 'address', key: '10.0.0.1' };
const unknown: Place = { kind: 'unauthenticated', key: '10.0.0.1' };
const ann: Place = { kind: 'user', key: 'ann' };
const ledgerOf = (of: number) => new PlaceLedger<string>({ user: of, address: of, unauthenticated: of });

test('a limit holds over all workers', () => {
  const ledger = ledgerOf(3);
  expect([ledger.take('one', [ann]), ledger.take('two', [ann]), ledger.take('one', [ann])]).toEqual([
    true,
    true,
    true,
  ]);
  expect([ledger.take('one', [ann]), ledger.take('two', [ann])]).toEqual([false, false]);
  ledger.release('one', [ann]);
  expect([ledger.take('two', [ann]), ledger.take('one', [ann])]).toEqual([true, false]);
});

test('of several places all are taken or none', () => {
  const ledger = ledgerOf(1);
  expect(ledger.take('one', [unknown])).toBe(true);
  expect(ledger.take('two', [address, unknown])).toBe(false);
  expect(ledger.take('two', [address])).toBe(true);
});

test('what an ended worker held is free, and nothing else', () => {
  const ledger = ledgerOf(3);
  ledger.take('one', [address, ann]);
  ledger.take('one', [address]);
  ledger.take('two', [address]);
  expect(ledger.take('two', [address])).toBe(false);
  ledger.leave('one');
  expect([1, 2, 3].map(() => ledger.take('two', [address]))).toEqual([true, true, false]);
});

test('a worker cannot give back what it does not hold', () => {
  const ledger = ledgerOf(1);
  ledger.take('one', [ann]);
  ledger.release('two', [ann]);
  expect(ledger.take('two', [ann])).toBe(false);
});
