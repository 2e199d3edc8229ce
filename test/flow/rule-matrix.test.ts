/**
 * Every operation × group type × relation of the actor × relation of the target, at every door of both engines, against
 * grids that were written by hand. What is refused leaves head, counts, members, bans and history as they were.
 */

import { type Cell, cells } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import {
  type Door,
  type GroupState,
  hasBehalf,
  isExplain,
  RuleRunner,
  type Tried,
} from '../support/rules/rule-runner.ts';

const runnerCount = 8;
const free = { ratePerSec: 1e6, rateBurst: 1e6, membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };
const reads = [
  'history',
  'list_members',
  'list_bans',
  'list_invites',
  'get_group_info',
  'subscribe',
  'get_message',
  'list_invite_links',
  'preview_invite',
];

const plain = { status: 'active', roles: ['member'] };
/** The answer of a success, and the status of the target after it. */
const successes: Readonly<Record<string, { readonly result: object; readonly target: unknown }>> = {
  accept_member: { result: { status: 'active' }, target: expect.objectContaining(plain) },
  reject_member: { result: { status: 'rejected' }, target: 'none' },
  mute_member: {
    result: { status: 'muted' },
    target: expect.objectContaining({ status: 'muted' }),
  },
  'mute_member:timed': {
    result: { status: 'muted', muted_until: expect.any(String) },
    target: expect.objectContaining({ status: 'muted' }),
  },
  unmute_member: { result: { status: 'active' }, target: expect.objectContaining(plain) },
  kick_member: { result: { status: 'kicked' }, target: 'none' },
  ban_member: { result: { status: 'banned' }, target: 'banned' },
  unban_member: { result: { status: 'unbanned' }, target: 'none' },
  add: { result: {}, target: expect.objectContaining(plain) },
  remove: { result: {}, target: 'none' },
  invite_member: { result: { status: 'invited' }, target: 'none' },
  decline_invite: { result: { status: 'declined' }, target: 'none' },
  revoke_invite: { result: { status: 'revoked' }, target: 'none' },
  revoke_invite_link: { result: { status: 'revoked' }, target: expect.anything() },
  promote_member: {
    result: { roles: ['admin'] },
    target: expect.objectContaining({ ...plain, roles: ['admin'] }),
  },
  'promote_member:moderator': {
    result: { roles: ['moderator'] },
    target: expect.objectContaining({ ...plain, roles: ['moderator'] }),
  },
  transfer_group: {
    result: { roles: ['member'] },
    target: expect.objectContaining({ ...plain, roles: ['admin'] }),
  },
  demote_member: { result: { roles: ['member'] }, target: expect.objectContaining(plain) },
};

interface Case {
  readonly cell: Cell;
  readonly door: Door;
}

/** The service has no socket, and a subscription needs one. */
function doorsOf(cell: Cell): readonly Door[] {
  if (cell.actor === 'service') return ['rest'];
  if (cell.operation === 'subscribe') return ['socket', 'hosted'];
  return hasBehalf(cell) ? ['socket', 'rest', 'behalf'] : ['socket', 'rest'];
}
const cases: readonly Case[] = cells.flatMap((cell) => doorsOf(cell).map((door) => ({ cell, door })));

const rows = new Map<string, Case[]>();
for (const one of cases) {
  const name = `${one.cell.operation.replace(/:.*/, '')} in a group of type ${one.cell.groupType}`;
  rows.set(name, [...(rows.get(name) ?? []), one]);
}

interface Seen {
  readonly tried: Tried;
  readonly before: GroupState;
  readonly after: GroupState;
}

/** A refusal and a read change nothing; a success does what it says. */
function expectCell({ cell }: Case, { tried, before, after }: Seen): void {
  expect(tried.verdict).toBe(cell.expected);
  const isDone = cell.expected.startsWith('done');
  if (!isDone || isExplain(cell.operation) || reads.includes(cell.operation)) {
    expect(after).toEqual(before);
    return;
  }
  expect(after.info).not.toEqual(before.info);
  const success = successes[cell.operation];
  if (success === undefined) return;
  expect(tried.result).toMatchObject(success.result);
  expect(after.target).toEqual(success.target);
}

async function mistakeOf(runner: RuleRunner, one: Case): Promise<object | null> {
  try {
    await runner.arrange(one.cell);
    const before = await runner.state(one.cell);
    const tried = await runner.ask(one.cell, one.door);
    const after = await runner.state(one.cell);
    expectCell(one, { tried, before, after });
    return null;
  } catch (error) {
    return { ...one, error: error instanceof Error ? error.message : error };
  }
}

/** Every runner tries one cell after the other; runners go side by side. */
async function mistakesOf(service: Service, row: readonly Case[]): Promise<object[]> {
  const left = [...row];
  const mistakes: object[] = [];
  const work = async (name: string) => {
    const runner = await RuleRunner.open(service, name);
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const mistake = await mistakeOf(runner, next);
      if (mistake !== null) mistakes.push(mistake);
    }
    runner.close();
  };
  runnerSets += 1;
  await Promise.all(Array.from({ length: runnerCount }, (_, i) => work(`${runnerSets}.${i}`)));
  return mistakes;
}
let runnerSets = 0;

describe.each(engines)('the rules on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine, { engineSettings: free });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  test.each([...rows])('%s', async (_, row) => {
    expect(await mistakesOf(service, row)).toEqual([]);
  });
});

test('the cells are counted', () => {
  expect({ cells: cells.length, requests: cases.length }).toEqual({ cells: 4930, requests: 11382 });
});
