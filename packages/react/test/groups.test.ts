import { userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { pauseMs } from '../src/observed.ts';
import { rest } from './fake-server.ts';
import { eventAt, group_id, messageAt, world } from './world.ts';

const nothing = () => {};
const row = (id: string, fields: object = {}) => ({
  ...{ group_id: id, group_type: 'public', status: 'active', roles: ['member'] },
  ...{ head_seq: 4, read_seq: 4, unread: 0, unread_mentions: 0, ...fields },
});

async function listed(rows: () => readonly object[] = () => [row('g'), row('other')]) {
  const it = await world();
  it.server.answers['list_groups'] = () => ({ groups: rows(), next_cursor: null });
  const { groups } = it.observed;
  groups.subscribe(nothing);
  await it.clock.advance(1000);
  return { ...it, groups };
}

test('all pages of the groups are read, and a group that did not change stays the same object', async () => {
  const { server, observed, clock } = await world();
  server.answers['list_groups'] = ({ cursor }) =>
    cursor === undefined
      ? { groups: [row('z')], next_cursor: 'c1' }
      : { groups: [row('a')], next_cursor: null };
  const { groups } = observed;
  expect(groups.getState().groups).toBeNull();
  groups.subscribe(nothing);
  await clock.advance(1000);
  const [a, z] = groups.getState().groups ?? [];
  expect([a?.group_id, z?.group_id]).toEqual(['a', 'z']);
  await groups.watch?.reload();
  await clock.advance(pauseMs);
  expect(groups.getState().groups?.[1]).toBe(z);
});

test('messages and mentions of others are unread, an own one and a mark of any device are not', async () => {
  const { server, clock, groups } = await listed();
  const own = () => groups.getState().groups?.find((group) => group.group_id === 'g');
  server.pushes.relay_message(messageAt(5, 'bob'));
  const { result, ...rests } = messageAt(6, 'bob', '@ann');
  server.pushes.relay_message({ ...rests, result: { ...result, mentions: [userIdSchema.parse('ann')] } });
  await clock.advance(pauseMs);
  expect(own()).toMatchObject({ unread: 2, unread_mentions: 1 });
  server.pushes.read({ group_id, epoch: 'a', read_seq: 6, unread: 0 });
  await clock.advance(pauseMs);
  expect(own()).toMatchObject({ read_seq: 6, unread: 0, unread_mentions: 0 });
  server.pushes.relay_message(messageAt(7, 'bob'));
  server.pushes.relay_message(messageAt(8, 'ann'));
  await clock.advance(pauseMs);
  expect(own()).toMatchObject({ read_seq: 8, unread: 0 });
});

test('what a component marks as read or unread is in the list too', async () => {
  const { server, observed, clock, groups } = await listed(() => [row('g', { unread: 3 })]);
  const group = observed.group('g');
  server.answers['mark_read'] = ({ unread }) =>
    unread === true ? { read_seq: 2, unread: 2 } : { read_seq: 4, unread: 0 };
  group.subscribe(nothing);
  await clock.advance(1000);
  expect(groups.getState().groups).toMatchObject([{ unread: 0, read_seq: 4 }]);
  await group.watch?.unread.markUnread(2, 'a');
  await clock.advance(pauseMs);
  expect(group.getState()).toMatchObject({ unread: 2, readSeq: 2 });
  expect(groups.getState().groups).toMatchObject([{ unread: 2, read_seq: 2 }]);
});

test('the list is read again after changes of the own membership, once for all that come at once', async () => {
  let rows = [row('g'), row('other')];
  const { server, clock, groups } = await listed(() => rows);
  const before = server.countOf('list_groups');
  rows = [row('other')];
  server.pushes.membership({ group_id, status: 'none', roles: [], type: 'kicked' });
  server.pushes.group_event(eventAt(5, 'left', userIdSchema.parse('ann')));
  await clock.advance(1000);
  expect(server.countOf('list_groups')).toBe(before + 1);
  expect(groups.getState().groups).toHaveLength(1);
  server.pushes.group_event({ ...eventAt(6, 'joined', userIdSchema.parse('cyd')) });
  await clock.advance(1000);
  expect(server.countOf('list_groups')).toBe(before + 1);
});

test('a list that could not be read says why, and listens to nothing when given up', async () => {
  const { server, observed, clock } = await world();
  const { groups } = observed;
  const stop = groups.subscribe(nothing);
  await clock.advance(1000);
  expect(groups.getState()).toMatchObject({ groups: null, failure: { code: 'forbidden' } });
  stop();
  await rest();
  expect([server.listenersLeft, clock.timers]).toEqual([0, 0]);
});

test('events of pages and live ones are between the messages by their place in the log', async () => {
  const { server, observed, clock } = await world();
  server.answers['history'] = () => ({
    ...{ entries: [{ ...eventAt(1, 'created', 'ann') }, { type: 'message', ...messageAt(2, 'ann').result }] },
    ...{ epoch: 'a', head_seq: 4, oldest_seq: 1 },
  });
  const messages = observed.messages('g');
  messages.subscribe(nothing);
  await clock.advance(1000);
  const events = () => messages.getState().events.map(({ type, seq }) => [type, seq]);
  expect(events()).toEqual([['created', 1]]);
  expect(messages.getState().messages).toHaveLength(1);
  server.pushes.group_event(eventAt(5, 'joined', userIdSchema.parse('bob')));
  await clock.advance(1000);
  expect(events()).toEqual([
    ['created', 1],
    ['joined', 5],
  ]);
  const list = messages.getState().events;
  server.pushes.relay_message(messageAt(6, 'bob'));
  await clock.advance(1000);
  expect(messages.getState().events).toBe(list);
});
