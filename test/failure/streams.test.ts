/**
 * Messages that are written while a node is killed and devices come and go: every device has each byte once. `STREAMS` and
 * `STREAM_WORDS` make a long run of it.
 */
import { foldEntries } from '@plenum/client';
import {
  type HistoryEntry,
  historyEntrySchema,
  isMessageEvent,
  limits,
  type MessageEvent,
} from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { StreamWriter } from '../support/cluster/stream-writer.ts';
import { Device, isDense } from '../support/devices/device.ts';
import { Follower } from '../support/devices/follower.ts';
import { httpRequest, tokenOf } from '../support/wire/http.ts';

const groupId = 'hall';
const streamCount = Number(process.env['STREAMS'] ?? 12);
const wordCount = Number(process.env['STREAM_WORDS'] ?? 90);
const readerCount = Math.max(6, Math.floor(streamCount * 0.38));
const authorCount = Math.max(4, Math.floor(streamCount * 0.2));
const everyMs = 33;
const patience = { timeoutMs: 60_000, everyMs: 100 };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function pagedUp(url: string): Promise<HistoryEntry[]> {
  const all: HistoryEntry[] = [];
  for (;;) {
    const after = all.at(-1)?.seq ?? 0;
    const { body } = await httpRequest(
      'GET',
      `${url}/v1/groups/${groupId}/messages?after=${after}&limit=200`,
    );
    const entries = historyEntrySchema.array().parse(body['entries']);
    all.push(...entries);
    if (entries.length < 200) return all;
  }
}

const isAppended = (entry: HistoryEntry): entry is MessageEvent =>
  isMessageEvent(entry) && entry.type === 'appended';

/** More would mean that a node does not gather: each of `nodes` begins at once and then waits. */
function mostEntries(entries: readonly HistoryEntry[], nodes: number): number {
  const times = entries.map(({ timestamp }) => Date.parse(timestamp));
  const tookMs = Math.max(...times) - Math.min(...times);
  return tookMs / (limits.appendEveryMs - 1) + 2 * nodes;
}

test(`${streamCount} messages are written past a killed node, each byte once on every device`, async () => {
  await using cluster = await Cluster.start({ PLENUM_LEASE_TTL_MS: '1500' });
  const [dying, second, third] = cluster.urls;
  if (dying === undefined || second === undefined || third === undefined) throw new Error('three nodes');
  const onDying = async (userId: string) =>
    new Device(dying, await tokenOf(userId), { reconnection: false }).connected();
  const owner = await cluster.device('owner', second);
  await owner.must('create_group', { group_id: groupId, group_type: 'public' });
  const writers = await Promise.all(
    Array.from({ length: authorCount }, async (_, at) => {
      const device = await onDying(`author-${at}`);
      await device.must('join_group', { group_id: groupId });
      return new StreamWriter(`author-${at}`, groupId, device);
    }),
  );
  const readers = await Promise.all(
    Array.from({ length: readerCount }, (_, at) =>
      Follower.connect(`reader-${at}`, at % 2 === 0 ? second : third),
    ),
  );
  await Promise.all(readers.map((reader) => reader.enter(groupId, 'join_group')));
  for (let at = 0; at < streamCount; at += 1) await writers[at % authorCount]?.begin();
  const [abandoned, ...staying] = writers;

  let isWritten = false;
  const restless = readers.slice(0, readerCount / 2).map(async (reader, at) => {
    while (!isWritten) {
      const known = reader.entriesOf(groupId).length;
      await eventually(
        () => expect(isWritten || reader.entriesOf(groupId).length > known).toBe(true),
        patience,
      );
      await pause(40 * at);
      reader.away();
      await pause(90);
      await reader.back();
    }
  });
  // A device that reads pages in the middle, and folds them with what is pushed meanwhile.
  const paging = (async () => {
    await pause((everyMs * wordCount) / 3);
    const reader = await Follower.connect('late', third);
    await reader.enter(groupId, 'join_group');
    return { reader, pages: await pagedUp(third) };
  })();
  let moved: Promise<unknown> = Promise.resolve();
  for (let word = 0; word < wordCount; word += 1) {
    for (const writer of writers) writer.write(`word-${word}-é`);
    if (word === Math.floor(wordCount / 2)) {
      process.kill(cluster.node(0).pid, 'SIGKILL');
      moved = Promise.all(
        staying.map(async (writer) => writer.moveTo(await cluster.device(writer.userId, second))),
      ).then(() => httpRequest('DELETE', `${second}/v1/groups/${groupId}/members/${abandoned?.userId}`));
    }
    await pause(everyMs);
  }
  await moved;
  for (const writer of staying) writer.close();
  await eventually(() => expect(staying.every(({ isAnswered }) => isAnswered)).toBe(true), patience);
  isWritten = true;
  await Promise.all(restless);
  expect(writers.flatMap(({ failures }) => failures)).toEqual([]);

  const streams = writers.flatMap((writer) => writer.streams.map((stream) => ({ writer, stream })));
  const history = await eventually(async () => {
    const entries = await pagedUp(second);
    const closed = entries.filter((entry) => isAppended(entry) && 'done' in entry);
    expect(closed).toHaveLength(streams.length);
    return entries;
  }, patience);
  const headSeq = history.at(-1)?.seq ?? 0;
  const { reader: late, pages } = await paging;
  const views = [
    ...readers.map((reader) => ({ reader, before: [] as HistoryEntry[] })),
    { reader: late, before: pages },
  ];
  const present = foldEntries(history);
  for (const { reader, before } of views) {
    const name = reader.userId;
    await eventually(() => expect(reader.positionIn(groupId)?.seq).toBe(headSeq), patience);
    const entries = reader.entriesOf(groupId);
    // Who was more entries behind than a resume reaches, reads pages as any client does.
    const isResynced = reader.resyncsOf(groupId) > 0;
    if (!isResynced) expect(isDense(entries.map(({ seq }) => seq)), name).toBe(true);
    const folded = foldEntries([...(isResynced ? history : before), ...entries]);
    expect(folded, name).toEqual(present);
  }
  expect(readers.filter(({ resumptions }) => resumptions.length > 0)).toHaveLength(restless.length);
  const resumed = readers
    .flatMap(({ resumptions }) => resumptions)
    .filter(({ answer }) => answer === 'recovered');
  expect(resumed.length).toBeGreaterThan(0);
  for (const { writer, stream } of streams) {
    const { messageId: message_id, whole, acked } = stream;
    const shown = await owner.must('get_message', { group_id: groupId, message_id });
    const text = String(shown['message']);
    expect(shown).not.toHaveProperty('open');
    expect(present.find((one) => one.message_id === message_id)).toEqual(shown);
    if (writer === abandoned) {
      expect(whole.startsWith(text)).toBe(true);
      expect(text.startsWith(acked)).toBe(true);
    } else expect(text).toBe(whole);
    const pieces = history.filter((entry) => isAppended(entry) && entry.message_id === message_id);
    expect(pieces.length).toBeLessThanOrEqual(mostEntries(pieces, 2));
  }
  const pushed = history.filter(isAppended).length;
  process.stdout.write(
    `streams: ${streams.length} of ${wordCount} words, ${pushed} entries, ${views.length} devices\n`,
  );
  for (const { reader } of views) reader.away();
});
