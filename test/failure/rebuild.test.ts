/** Redis comes up empty, `plenum rebuild` fills it from the archive, and all chat on: real nodes, Redis and PostgreSQL. */
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import {
  eventually,
  type PostgresServer,
  type RedisServer,
  startPostgres,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { nodeSettings } from '../support/cluster/service.ts';
import type { Device } from '../support/devices/device.ts';
import { Follower } from '../support/devices/follower.ts';
import { httpRequest } from '../support/wire/http.ts';

const patience = { timeoutMs: 60_000, everyMs: 50 };
const hour = 3_600_000;

const settingsOn = (redis: RedisServer, postgres: PostgresServer) => ({
  ...nodeSettings,
  REDIS_URL: redis.serviceUrl,
  PLENUM_ARCHIVE_URL: postgres.url,
  PLENUM_LEASE_TTL_MS: '3000',
  PLENUM_HISTORY_MAX_ENTRIES: '100',
});

async function rebuild(environment: Readonly<Record<string, string>>) {
  await using command = new CommandProcess('apps/server/bin/plenum.js', ['rebuild'], environment);
  return { code: await command.ended, output: command.output };
}

async function rowsOf(postgres: PostgresServer, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** How many entries of the group the archive has. */
const archived = async (postgres: PostgresServer, groupId: string): Promise<number> =>
  Number(
    (await rowsOf(postgres, `SELECT count(*) FROM plenum_entries WHERE group_id = '${groupId}'`))[0]?.[
      'count'
    ],
  );

/** The group as its admin sees it, without positions and presence. */
async function groupSeenBy(admin: Device, groupId: string) {
  const ask = (request: string, args: object = {}) => admin.must(request, { group_id: groupId, ...args });
  const { seq: _seq, epoch: _epoch, online: _online, pinned: _pinned, ...info } = await ask('get_group_info');
  const lists = ['list_members', 'list_bans', 'list_invites', 'list_invite_links'];
  const listed = await Promise.all(lists.map((request) => ask(request)));
  const strip = (rows: unknown) =>
    JSON.parse(JSON.stringify(rows, (name, value) => (name === 'online' ? undefined : value)));
  return strip([info, ...listed, await ask('list_members', { status: 'pending' })]);
}

async function wholeHistory(device: Device, groupId: string): Promise<readonly HistoryEntry[]> {
  const all: HistoryEntry[] = [];
  for (;;) {
    const page = { group_id: groupId, after: all.at(-1)?.seq ?? 0, limit: 50 };
    const { entries } = await device.must('history', page);
    const parsed = historyEntrySchema.array().parse(entries);
    all.push(...parsed);
    if (parsed.length < 50) return all;
  }
}

/** `hall` is public and talked in. `board` is strict_private and has all that a group may hold about users. */
async function furnish(devices: Readonly<Record<'ann' | 'bob' | 'cyd' | 'dan' | 'eve', Device>>) {
  const { ann, bob, cyd, dan, eve } = devices;
  const hall = { group_id: 'hall', group_type: 'public', metadata: { name: 'Hall' } };
  await ann.must('create_group', { ...hall, max_members: 50, edit_window_ms: 5 * hour });
  const board = { group_id: 'board', group_type: 'strict_private', accepts_needed: 2, history: 'all' };
  await ann.must('create_group', { ...board, mute_survives_rejoin: true });
  const on = (device: Device, request: string, args: object = {}) =>
    device.must(request, { group_id: 'board', ...args });
  for (const device of [bob, cyd, dan]) await device.must('join_group', { group_id: 'hall' });
  const { code } = await on(ann, 'create_invite_link', { max_uses: 5, for_ms: hour });
  await on(ann, 'update_group', { accepts_needed: 1, posting: 'members' });
  for (const device of [bob, cyd, dan]) await on(device, 'join_group', { invite: code });
  await on(ann, 'promote_member', { user_id: 'bob', role: 'moderator' });
  await on(bob, 'mute_member', { user_id: 'cyd', for_ms: hour });
  await on(ann, 'mute_member', { user_id: 'dan' });
  await on(dan, 'leave_group');
  await on(ann, 'ban_member', { user_id: 'fay', reason: 'spam', for_ms: hour });
  await on(ann, 'ban_member', { user_id: 'gus' });
  await on(ann, 'update_group', { accepts_needed: 2, slow_mode_ms: 500, metadata: { name: 'Board' } });
  await on(ann, 'invite_member', { user_id: 'hal', for_ms: hour });
  await on(eve, 'join_group', { note: 'let me in' });
  await on(ann, 'accept_member', { user_id: 'eve' });
  await on(ann, 'transfer_group', { user_id: 'bob' });
  await on(bob, 'promote_member', { user_id: 'ann', role: 'admin' });
}

/** Sends one message after the other until `isOver`. @returns by request id, the seq and the epoch of what was acknowledged */
async function speak(device: Device, name: string, isOver: () => boolean) {
  const acks = new Map<string, { readonly epoch: string; readonly seq: number }>();
  for (let number = 1; !isOver(); number += 1) {
    const id = `${name}-${number}`;
    const answer = await device.send('hall', `text of ${id}`, id).catch(() => null);
    if (answer?.success)
      acks.set(id, { epoch: String(answer.result['epoch']), seq: Number(answer.result['seq']) });
  }
  return acks;
}

/** A client that a starting node refused for now asks again by itself, as the guides say. */
const comeBack = ({ socket }: Device): Promise<void> =>
  eventually(() => {
    if (!socket.active) socket.connect();
    expect(socket.connected).toBe(true);
  }, patience);

test('after Redis came up empty, a rebuild brings all groups back, and all chat on', async () => {
  await using postgres = await startPostgres();
  await using redis = await startRedis();
  const settings = settingsOn(redis, postgres);
  await using first = await NodeOnPort.start(settings);
  await using second = await NodeOnPort.start(settings);
  const follow = (user: string, node: NodeOnPort) => Follower.connect(user, node.url);
  const [ann, bob, cyd, dan, eve] = await Promise.all([
    follow('ann', first),
    follow('bob', second),
    follow('cyd', first),
    follow('dan', second),
    follow('eve', first),
  ]);
  const followers = [ann, bob, cyd, dan, eve];
  try {
    const devices = { ann: ann.device, bob: bob.device, cyd: cyd.device, dan: dan.device, eve: eve.device };
    await furnish(devices);
    let isWiped = false;
    const speaking = Promise.all([
      speak(bob.device, 'bob', () => isWiped),
      speak(cyd.device, 'cyd', () => isWiped),
    ]);
    await eventually(async () => expect(await archived(postgres, 'hall')).toBeGreaterThan(150), patience);
    const before = [await groupSeenBy(ann.device, 'hall'), await groupSeenBy(bob.device, 'board')];
    await redis.kill();
    isWiped = true;
    await redis.restart();
    const acks = new Map((await speaking).flatMap((one) => [...one]));

    const whileRunning = await rebuild(settings);
    expect(whileRunning).toMatchObject({
      code: 1,
      output: expect.stringMatching(/in use by [12] running node/),
    });
    for (const node of [first, second]) await node.end('SIGTERM');
    const kept = await archived(postgres, 'hall');
    const done = await rebuild(settings);
    expect(done.output).toMatch(/rebuilt 2 groups with 8 members and 2 bans/);
    expect(done.code).toBe(0);
    for (const node of [first, second]) await node.startAgain();
    for (const { device } of followers) await comeBack(device);

    await eventually(async () => {
      expect([await groupSeenBy(ann.device, 'hall'), await groupSeenBy(bob.device, 'board')]).toEqual(before);
    }, patience);
    expect(first.output).not.toMatch(/came up empty: groups and messages are gone/);

    const old = await wholeHistory(dan.device, 'hall');
    expect(old.map(({ seq }) => seq)).toEqual(Array.from({ length: kept }, (_, at) => at + 1));
    const [lastOld] = old.slice(-1);
    const requests = new Map(
      old.flatMap((one) =>
        one.type === 'message' ? [[one.request_id, { epoch: one.epoch, seq: one.seq }] as const] : [],
      ),
    );
    const lost = [...acks].filter(([id]) => !requests.has(id));
    for (const [id, at] of acks) if (requests.has(id)) expect(requests.get(id)).toEqual(at);
    for (const [, { seq }] of lost) expect(seq).toBeGreaterThan(lastOld?.seq ?? 0);

    const [keptId = ''] = [...acks.keys()].filter((id) => id.startsWith('bob') && requests.has(id)).slice(-1);
    const again = await bob.device.send('hall', `text of ${keptId}`, keptId);
    expect(again).toMatchObject({ success: true, result: acks.get(keptId) });
    const sent = await bob.device.must('relay_msg', { group_id: 'hall', message: 'we are back' });
    expect(sent['seq']).toBe(kept + 1);
    expect(sent['epoch']).not.toBe(lastOld?.epoch);
    await eventually(() => {
      for (const follower of [ann, bob, cyd, dan])
        expect(follower.positionIn('hall')).toEqual({ epoch: sent['epoch'], seq: kept + 1 });
    }, patience);
    // An archive that does not answer in time is left out of a page.
    await eventually(async () => {
      const whole = await wholeHistory(ann.device, 'hall');
      expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: kept + 1 }, (_, at) => at + 1));
    }, patience);

    expect(await cyd.device.send('board', 'may I?')).toMatchObject({ success: false, code: 'muted' });
    expect(await dan.device.request('join_group', { group_id: 'board' })).toMatchObject({ success: true });
    expect(await eve.device.send('board', 'not yet')).toMatchObject({
      success: false,
      code: 'pending_membership',
    });
    const accepted = await bob.device.must('accept_member', { group_id: 'board', user_id: 'eve' });
    expect(accepted['status']).toBe('active');
  } finally {
    for (const { device } of followers) device.socket.disconnect();
  }
});

/** Groups that the archive gets by SQL: each with an admin, a moderator and members, and one with many messages. */
const filled = (groups: number, messages: number) => `
  INSERT INTO plenum_entries (message_id, group_id, epoch, seq, type, user_id, at, details)
  SELECT 'e' || g || '-1', 'g' || g, 'e' || g, 1, 'created', 'admin' || g, now(),
    '{"roles":["admin"],"group_type":"private","settings":{"max_members":9}}'
  FROM generate_series(1, ${groups}) AS g;
  INSERT INTO plenum_entries (message_id, group_id, epoch, seq, type, user_id, at, details)
  SELECT 'e' || g || '-2', 'g' || g, 'e' || g, 2, 'members_changed', '$service', now(),
    '{"members":[{"user_id":"ben","status":"active","roles":["moderator"]},{"user_id":"ida","status":"pending","roles":["member"]}]}'
  FROM generate_series(1, ${groups}) AS g;
  INSERT INTO plenum_entries (message_id, group_id, epoch, seq, type, user_id, request_id, message, at)
  SELECT 'e1-' || s, 'g1', 'e1', s, 'message', 'ben', 'r' || s, 'text ' || s, now() - interval '2 hours'
  FROM generate_series(3, ${messages + 2}) AS s;`;

test('a rebuild that is killed at any point is continued, and ends as one that never was', async () => {
  const [groups, messages] = [400, 100_000];
  await using postgres = await startPostgres();
  await using redis = await startRedis();
  const settings = settingsOn(redis, postgres);
  const empty = await rebuild(settings);
  expect(empty).toMatchObject({ code: 0, output: expect.stringMatching(/rebuilt 0 groups/) });
  await rowsOf(postgres, filled(groups, messages));
  const admin = new Redis(redis.url);
  try {
    for (const part of [0.2, 0.7]) {
      await using command = new CommandProcess('apps/server/bin/plenum.js', ['rebuild'], settings);
      await eventually(async () => expect(await admin.dbsize()).toBeGreaterThan(part * groups * 5), {
        timeoutMs: 60_000,
        everyMs: 1,
      });
      command.signal('SIGKILL');
      await command.ended;
    }
    expect(await startRefusal(settings)).toMatch(/A rebuild of prefix "plenum" has not ended/);
    // Of this group all is written but the last step.
    const [torn = ''] = await admin.keys('*:group:g*');
    await admin.del(torn);
    const { code, output } = await rebuild(settings);
    expect(output).toMatch(/A rebuild that was stopped is continued/);
    expect(output).toMatch(/\d+ groups were there from an earlier attempt/);
    expect(code).toBe(0);
    const continued = await stateOf(admin);
    expect(Object.keys(continued).filter((key) => key.includes(':group:'))).toHaveLength(groups);

    await admin.flushall();
    expect((await rebuild(settings)).code).toBe(0);
    expect(await stateOf(admin)).toEqual(continued);
    const refused = await rebuild(settings);
    expect(refused).toMatchObject({ code: 1, output: expect.stringMatching(/holds 400 group\(s\)/) });

    await using node = await NodeOnPort.start(settings);
    const { body } = await httpRequest('GET', `${node.url}/v1/groups/g1`);
    expect(body).toMatchObject({ group_type: 'private', max_members: 9, counts: { active: 2, pending: 1 } });
    const newest = await httpRequest('GET', `${node.url}/v1/groups/g1/messages?limit=1`);
    expect(newest.body).toMatchObject({ entries: [{ seq: messages + 2, message: `text ${messages + 2}` }] });
  } finally {
    admin.disconnect();
  }
});

async function startRefusal(environment: Readonly<Record<string, string>>): Promise<string> {
  await using command = new CommandProcess('apps/server/bin/plenum.js', ['serve'], {
    ...environment,
    PORT: '0',
  });
  expect(await command.ended).toBe(1);
  return command.output;
}

/** All of the prefix but the random words and the times: epochs, nonces, and what remembers requests. */
async function stateOf(redis: Redis): Promise<Readonly<Record<string, unknown>>> {
  const state: Record<string, unknown> = {};
  for (const key of (await redis.keys('plenum:*')).sort()) {
    const type = await redis.type(key);
    if (type === 'zset') state[key] = await redis.zrange(key, 0, '-1', 'WITHSCORES');
    if (type !== 'hash') continue;
    const { epoch: _epoch, hist: _hist, born: _born, ...fields } = await redis.hgetall(key);
    state[key] = key.includes(':mine:') ? Object.keys(fields).sort() : fields;
  }
  return state;
}
