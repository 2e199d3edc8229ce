/**
 * Every operation × group type × relation of the actor × relation of the target, at every door of both engines, against
 * grids that were written by hand. What is refused leaves head, counts, members, bans and history as they were: so all that
 * two users are refused is tried in one group.
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
const free = {
  ratePerSec: 1e6,
  rateBurst: 1e6,
  membershipRatePerSec: 1e6,
  membershipRateBurst: 1e6,
  changeRatePerSec: 1e6,
  changeRateBurst: 1e6,
};
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
  // It is published and leaves nothing behind.
  'relay_msg:ephemeral',
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

/** A success that changes the group. */
const isChange = ({ operation, expected }: Cell): boolean =>
  expected.startsWith('done') && !isExplain(operation) && !reads.includes(operation);
/** Whether the group has a feed already makes two doors of a subscription. */
const isAlone = (cell: Cell): boolean => isChange(cell) || cell.operation === 'subscribe';

/** Cases that are tried in one group, one after the other. */
type Trial = readonly [Case, ...Case[]];

const trials = new Map<string, Trial>();
for (const one of cases) {
  const { groupType, actor, target } = one.cell;
  const users = `${groupType} ${actor} ${target === 'self' ? null : target}`;
  const before = trials.get(users);
  if (isAlone(one.cell)) trials.set(`${trials.size}`, [one]);
  else trials.set(users, before === undefined ? [one] : [...before, one]);
}

const rows = new Map<string, Trial[]>();
for (const trial of trials.values()) {
  const { actor, groupType } = trial[0].cell;
  const name = `${actor} in a group of type ${groupType}`;
  rows.set(name, [...(rows.get(name) ?? []), trial]);
}

interface Seen {
  readonly tried: Tried;
  readonly before: GroupState;
  readonly after: GroupState;
}

/** A success does what it says. */
function expectChange({ operation }: Cell, { tried, before, after }: Seen): void {
  expect(after.info).not.toEqual(before.info);
  const success = successes[operation];
  if (success === undefined) return;
  expect(tried.result).toMatchObject(success.result);
  expect(after.target).toEqual(success.target);
}

/** @returns what was otherwise than it should be, to be compared with nothing */
async function mistakesOf(runner: RuleRunner, trial: Trial): Promise<object[]> {
  const [{ cell: first }] = trial;
  try {
    const operations = trial.map(({ cell }) => cell.operation);
    await runner.arrange(first, operations);
    const before = await runner.state(first);
    const tries: (Case & Tried)[] = [];
    for (const { cell, door } of trial) tries.push({ cell, door, ...(await runner.ask(cell, door)) });
    const after = await runner.state(first);
    const wrong = tries.filter(({ cell, verdict }) => verdict !== cell.expected);
    const [tried] = tries;
    if (wrong.length > 0 || tried === undefined) return wrong;
    if (isChange(first)) expectChange(first, { tried, before, after });
    else expect(after).toEqual(before);
    return [];
  } catch (error) {
    return [{ trial, error: error instanceof Error ? error.message : error }];
  }
}

/** Every runner makes one trial after the other; runners go side by side. */
async function mistakesIn(service: Service, row: readonly Trial[]): Promise<object[]> {
  const left = [...row];
  const mistakes: object[] = [];
  const work = async (name: string) => {
    const runner = await RuleRunner.open(service, name);
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      mistakes.push(...(await mistakesOf(runner, next)));
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
    expect(await mistakesIn(service, row)).toEqual([]);
  });
});

test('every read and every change with a result has cells', () => {
  const operations = new Set(cells.map(({ operation }) => operation));
  const named = [...reads, ...Object.keys(successes)];
  expect(named.filter((operation) => !operations.has(operation))).toEqual([]);
});
