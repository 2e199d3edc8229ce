import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Audit, type AuditLine } from './audit.ts';

function setUp() {
  const lines: object[] = [];
  const clock = new ManualClock();
  const log = { info: (fields: object, message: string) => void lines.push({ ...fields, message }) };
  return { lines, clock, audit: new Audit({ log, clock }) };
}
const lineFrom = (address: string): AuditLine => ({
  ...{ who: 'unknown', act: 'list_nodes', target: '', outcome: 'unauthenticated' },
  ...{ address, request_id: 'r' },
});

test('denials of one address write twenty lines in a minute, then one with the count', async () => {
  const { lines, clock, audit } = setUp();
  for (let i = 0; i < 10_000; i += 1) audit.denial(lineFrom('192.0.2.1'));
  audit.denial(lineFrom('192.0.2.2'));
  expect(lines).toHaveLength(21);
  await clock.advance(60_000);
  expect(lines).toHaveLength(22);
  expect(lines.at(-1)).toMatchObject({ kind: 'denials', denials: 9980, addresses: 1, most: '192.0.2.1' });
  audit.denial(lineFrom('192.0.2.1'));
  expect(lines).toHaveLength(23);
});

test('denials of many addresses write six hundred lines in a minute, and all are counted', async () => {
  const { lines, clock, audit } = setUp();
  for (let i = 0; i < 5000; i += 1) audit.denial(lineFrom(`2001:db8::${i.toString(16)}`));
  expect(lines).toHaveLength(600);
  await clock.advance(60_000);
  expect(lines.at(-1)).toMatchObject({ denials: 4400, addresses: 401, most: 'other addresses' });
});

test('acts are written one by one, however many there are', () => {
  const { lines, audit } = setUp();
  for (let i = 0; i < 1000; i += 1) audit.act({ ...lineFrom('192.0.2.1'), who: 'ci', outcome: 'ok' });
  expect(lines).toHaveLength(1000);
});

test('what was counted is written when the node ends', () => {
  const { lines, audit } = setUp();
  for (let i = 0; i < 30; i += 1) audit.denial(lineFrom('192.0.2.1'));
  audit.close();
  audit.close();
  expect(lines.slice(20)).toEqual([expect.objectContaining({ denials: 10 })]);
});
