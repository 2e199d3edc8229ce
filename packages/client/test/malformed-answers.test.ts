/** Answers that are no answers of the protocol: nothing fails that is not about them. */
import { type Answer, groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { connected } from './connected-client.ts';
import { entryAt } from './simulated-group.ts';

const group_id = groupIdSchema.parse('g');
const attached = { group_id, recovered: false, epoch: 'a', head_seq: 4, from_seq: 5 };

/** An answer as it may come over the wire. */
const wired = (fields: object): Answer<unknown> => Object.assign({}, JSON.parse(JSON.stringify(fields)));

function eventAt(seq: number, id = group_id) {
  const entry = entryAt('a', seq);
  if (!('user_id' in entry)) throw new Error('an event was asked for');
  return { ...entry, group_id: id };
}

test.each([
  ['has no result', { success: true }],
  ['has a null for its result', { success: true, result: null }],
  ['has a text for its result', { success: true, result: 'done' }],
])('a success that %s is a failure: the outcome is unknown', async (_, answer) => {
  const { network, client } = await connected();
  const sending = client.send('g', 'hello');
  await network.last.answer(wired(answer));
  expect(await sending).toMatchObject({ ok: false, failure: { code: 'timeout', can_retry: true } });
});

test('a refusal without a code is a refusal', async () => {
  const { network, client } = await connected();
  const sending = client.send('g', 'hello');
  await network.last.answer(wired({ request_id: 'id-1', success: false, error: 'no' }));
  expect(await sending).toEqual({ ok: false, failure: { error: 'no' }, requestId: 'id-1' });
});

test('a subscribe that is answered without a result is sent again', async () => {
  const { network, clock } = await connected({
    subscribe: 'none',
    positions: [{ group_id, epoch: 'a', seq: 4 }],
  });
  await network.last.answer(wired({ success: true }));
  await clock.advance(1000);
  expect(network.last.asked.map(({ request_type }) => request_type)).toEqual(['subscribe', 'subscribe']);
});

test('a page that is answered without a result is read again', async () => {
  const { network, clock, client } = await connected();
  const shown: number[] = [];
  client.on('event', ({ seq }) => shown.push(seq));
  const { pushes } = network.last.listeners;
  pushes.subscribed({ groups: [attached] });
  pushes.group_event(eventAt(6));
  await network.last.answer(wired({ success: true }));
  await clock.advance(1000);
  await network.last.succeed({ entries: [eventAt(5)], epoch: 'a', head_seq: 6, oldest_seq: 1 });
  expect(shown).toEqual([5, 6]);
});

test('pages that cannot be read keep no other group from reading its own', async () => {
  const { network, client } = await connected();
  const shown: number[] = [];
  client.on('event', ({ seq }) => shown.push(seq));
  const { pushes } = network.last.listeners;
  const ids = Array.from({ length: 9 }, (_, i) => groupIdSchema.parse(`g-${i}`));
  pushes.subscribed({ groups: ids.map((id) => ({ ...attached, group_id: id })) });
  for (const id of ids) pushes.group_event(eventAt(6, id));
  expect(network.last.asked).toHaveLength(8);
  for (let i = 0; i < 8; i += 1) await network.last.succeed({});
  expect(network.last.asked).toHaveLength(9);
  const page = { entries: [eventAt(5, ids[8])], epoch: 'a', head_seq: 6, oldest_seq: 1 };
  await network.last.succeed(page);
  expect(shown).toEqual([5, 6]);
});
