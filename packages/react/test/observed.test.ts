import { userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { pauseMs } from '../src/observed.ts';
import { rest } from './fake-server.ts';
import { eventAt, group_id, joined_at, memberRow, messageAt, world } from './world.ts';

const nothing = () => {};

test('what is used by two components is watched once, and given up after the last one', async () => {
  const { server, observed, clock } = await world();
  const stops = [
    observed.messages('g').subscribe(nothing),
    observed.messages('g').subscribe(nothing),
    observed.members('g').subscribe(nothing),
    observed.presence('g').subscribe(nothing),
    observed.typing('g').subscribe(nothing),
    observed.group('g').subscribe(nothing),
  ];
  await clock.advance(1000);
  const types = ['history', 'list_members', 'presence', 'get_group_info', 'mark_read'];
  expect(types.map((type) => server.countOf(type))).toEqual([1, 1, 1, 2, 1]);
  server.pushes.typing({ group_id, user_id: userIdSchema.parse('bob') });
  for (const stop of stops) stop();
  await rest();
  expect(server.listenersLeft).toBe(0);
  expect(clock.timers).toBe(0);
  expect(observed.members('g').getState()).toBe(observed.members('g').getInitial());
});

test('the double effects of StrictMode, and another component at once, ask nothing again', async () => {
  const { server, observed } = await world();
  const members = observed.members('g');
  members.subscribe(nothing)();
  const stop = members.subscribe(nothing);
  await rest();
  stop();
  members.subscribe(nothing);
  await rest();
  expect(server.countOf('list_members')).toBe(1);
});

test('a thousand messages are some twenty states a second, and an own one is shown at once', async () => {
  const { server, observed, clock } = await world();
  const messages = observed.messages('g');
  let states = 0;
  messages.subscribe(() => {
    states += 1;
  });
  await clock.advance(1000);
  states = 0;
  for (let seq = 5; seq < 1005; seq += 1) {
    server.pushes.relay_message(messageAt(seq, 'bob'));
    await clock.advance(1);
  }
  await clock.advance(pauseMs);
  expect(states).toBeLessThanOrEqual(1000 / pauseMs + 2);
  expect(messages.getState().messages).toHaveLength(1000);
  messages.watch?.act((view) => view.send('own')).catch(nothing);
  expect(messages.getState().messages.at(-1)).toMatchObject({ message: 'own', state: 'sending' });
});

test('a message keeps its key when its entry comes, and no other one gets it', async () => {
  const { server, observed, clock } = await world();
  const messages = observed.messages('g');
  messages.subscribe(nothing);
  await clock.advance(1000);
  messages.watch?.act((view) => view.send('own')).catch(nothing);
  const [own] = messages.getState().messages;
  const requestId = own?.request_id ?? '';
  server.pushes.relay_message(messageAt(5, 'bob', 'a copy of the id', requestId));
  server.pushes.relay_message(messageAt(6, 'ann', 'own', requestId));
  server.pushes.relay_message(messageAt(7, 'ann', 'the id again', requestId));
  await clock.advance(1000);
  const shown = messages.getState().messages;
  expect(shown.map(({ key, state }) => [key, state])).toEqual([
    ['a-5', 'sent'],
    [own?.key, 'sent'],
    ['a-7', 'sent'],
  ]);
});

test('a refused message is still there when its component comes back', async () => {
  const { observed, clock, server } = await world();
  const messages = observed.messages('g');
  const stop = messages.subscribe(nothing);
  await clock.advance(1000);
  await messages.watch?.act((view) => view.send('refused'));
  stop();
  await clock.advance(pauseMs);
  messages.subscribe(nothing)();
  await rest();
  expect(messages.getState().messages).toMatchObject([{ message: 'refused', state: 'failed' }]);
  const [failed] = messages.getState().messages;
  messages.watch?.act((view) => view.discard(failed?.request_id ?? ''));
  expect(server.listenersLeft).toBe(0);
});

test('members that come and go while the list is read are neither missing nor left over', async () => {
  const { server, observed, clock } = await world();
  let answer: (page: unknown) => void = nothing;
  server.answers['list_members'] = () => new Promise((resolve) => (answer = resolve));
  const members = observed.members('g');
  members.subscribe(nothing);
  await rest();
  server.pushes.group_event(eventAt(5, 'left', userIdSchema.parse('bob')));
  server.pushes.group_event(eventAt(6, 'joined', userIdSchema.parse('cyd')));
  answer({ members: [memberRow('ann', 'admin'), memberRow('bob')], next_cursor: null });
  await clock.advance(1000);
  const namesOf = () => members.getState().members.map(({ user_id }) => user_id);
  expect(namesOf()).toEqual(['ann', 'cyd']);
  const [ann] = members.getState().members;
  server.pushes.group_event({ ...eventAt(7, 'promoted', userIdSchema.parse('cyd')), roles: ['admin'] });
  await clock.advance(1000);
  expect(members.getState().members[0]).toBe(ann);
  expect(members.getState().members[1]).toEqual({
    user_id: 'cyd',
    roles: ['admin'],
    status: 'active',
    joined_at,
  });
  server.pushes.group_event(eventAt(8, 'deleted', userIdSchema.parse('ann')));
  await clock.advance(1000);
  expect(namesOf()).toEqual([]);
});

test('a member who joins a long list is in the page that is not read yet', async () => {
  const { server, observed, clock } = await world();
  server.answers['list_members'] = ({ cursor }) =>
    cursor === undefined
      ? { members: [memberRow('ann')], next_cursor: 'm1' }
      : { members: [memberRow('bob'), memberRow('cyd')], next_cursor: null };
  const members = observed.members('g');
  members.subscribe(nothing);
  await clock.advance(1000);
  server.pushes.group_event(eventAt(5, 'joined', userIdSchema.parse('cyd')));
  await clock.advance(1000);
  expect(members.getState()).toMatchObject({ members: [{ user_id: 'ann' }], hasMore: true });
  await members.watch?.loadMore();
  await clock.advance(1000);
  expect(members.getState().members.map(({ user_id }) => user_id)).toEqual(['ann', 'bob', 'cyd']);
});

test('a list of applicants has those who ask, until they are members', async () => {
  const { server, observed, clock } = await world();
  server.answers['list_members'] = () => ({ members: [], next_cursor: null });
  const applicants = observed.members('g', 'pending');
  applicants.subscribe(nothing);
  await clock.advance(1000);
  expect(server.asked.filter(({ type }) => type === 'list_members')[0]?.args).toMatchObject({
    status: 'pending',
  });
  const names = () => applicants.getState().members.map(({ user_id }) => user_id);
  server.pushes.group_event({ ...eventAt(5, 'requested', userIdSchema.parse('bob')), note: 'please' });
  server.pushes.group_event(eventAt(6, 'joined', userIdSchema.parse('cyd')));
  await clock.advance(1000);
  expect(names()).toEqual(['bob']);
  server.pushes.group_event(eventAt(7, 'accepted', userIdSchema.parse('bob')));
  await clock.advance(1000);
  expect(names()).toEqual([]);
  const muted = observed.members('g', 'muted');
  muted.subscribe(nothing);
  await clock.advance(1000);
  const reads = server.countOf('list_members');
  server.pushes.group_event(eventAt(8, 'muted', userIdSchema.parse('bob')));
  await clock.advance(1000);
  expect(server.countOf('list_members')).toBe(reads + 1);
});

test('presence follows the pushes, and of a large group only the number is known', async () => {
  const { server, observed, clock } = await world();
  const presence = observed.presence('g');
  presence.subscribe(nothing);
  await clock.advance(1000);
  server.pushes.presence_changed({ group_id, user_id: userIdSchema.parse('bob'), online: true, count: 2 });
  server.pushes.presence_changed({ group_id, user_id: userIdSchema.parse('bob'), online: true, count: 2 });
  await clock.advance(1000);
  expect(presence.getState()).toEqual({ online: new Set(['ann', 'bob']), count: 2 });
  server.pushes.presence_changed({ group_id, count: 731 });
  await clock.advance(1000);
  expect(presence.getState()).toEqual({ online: null, count: 731 });
});

test('a user types until a while after the last push, or until its message comes', async () => {
  const { server, observed, clock } = await world();
  const typing = observed.typing('g');
  typing.subscribe(nothing);
  const push = (user: string) => server.pushes.typing({ group_id, user_id: userIdSchema.parse(user) });
  push('bob');
  push('cyd');
  await clock.advance(4000);
  push('bob');
  await clock.advance(3000);
  expect(typing.getState()).toEqual({ typing: ['bob'] });
  server.pushes.relay_message(messageAt(5, 'bob'));
  await clock.advance(pauseMs);
  expect(typing.getState()).toEqual({ typing: [] });
  for (let at = 0; at < 7000; at += 100) {
    typing.watch?.report();
    await clock.advance(100);
  }
  expect(server.countOf('typing')).toBe(3);
});

test('unread is what the server counts and what comes after it, asked again if both met', async () => {
  const { server, observed, clock } = await world();
  let unread = 3;
  server.answers['mark_read'] = () => ({ read_seq: 0, unread });
  const group = observed.group('g');
  group.subscribe(nothing);
  await rest();
  // The server has counted this one already.
  server.pushes.relay_message(messageAt(5, 'bob'));
  await clock.advance(1000);
  expect([group.getState().unread, server.countOf('mark_read')]).toEqual([3, 2]);
  server.pushes.relay_message(messageAt(6, 'bob'));
  await clock.advance(1000);
  expect(group.getState().unread).toBe(4);
  unread = 0;
  await group.watch?.unread.markRead();
  await clock.advance(1000);
  expect(server.asked.at(-1)?.args).toEqual({ group_id, seq: 6, epoch: 'a' });
  expect(group.getState().unread).toBe(0);
  server.pushes.relay_message(messageAt(7, 'bob'));
  server.pushes.relay_message(messageAt(8, 'ann'));
  await clock.advance(1000);
  expect(group.getState().unread).toBe(0);
});

test('settings that are changed are shown without another request, and a kick without one too', async () => {
  const { server, observed, clock } = await world();
  const group = observed.group('g');
  group.subscribe(nothing);
  await clock.advance(1000);
  const { length } = server.asked;
  server.pushes.group_event({
    ...eventAt(5, 'updated', userIdSchema.parse('bob')),
    changes: { posting: 'admins' },
  });
  await clock.advance(1000);
  expect(group.getState()).toMatchObject({ status: 'active', info: { posting: 'admins', seq: 5 } });
  expect(server.asked).toHaveLength(length);
  server.answers['get_group_info'] = () => ({
    group_id,
    group_type: 'public',
    me: { status: 'none', roles: [] },
  });
  server.pushes.membership({ group_id, status: 'none', roles: [], type: 'kicked' });
  await clock.advance(pauseMs);
  expect(group.getState()).toMatchObject({ status: 'none', roles: [], unread: null });
});

test('a device that asks for its groups receives one while a component shows it', async () => {
  const { server, observed } = await world({ isOnDemand: true });
  const stops = [observed.messages('g').subscribe(nothing), observed.typing('g').subscribe(nothing)];
  await rest();
  expect(server.countOf('subscribe')).toBe(1);
  stops[0]?.();
  await rest();
  expect(server.countOf('unsubscribe')).toBe(0);
  stops[1]?.();
  await rest();
  expect(server.countOf('unsubscribe')).toBe(1);
});

test('nothing is asked about no group', async () => {
  const { server, observed } = await world();
  observed.messages(null).subscribe(nothing);
  observed.group(null).subscribe(nothing);
  await rest();
  expect(server.asked).toEqual([]);
});
