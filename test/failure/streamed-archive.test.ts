/**
 * Messages that are written while the owner of their group is killed: the archive has every entry in order and the whole texts, and
 * its page is that of the log.
 */
import { type HistoryEntry, historyEntrySchema, isMessageEvent } from '@plenum/protocol';
import { eventually, startPostgres } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ArchiveKeeper } from '../support/adapters/archive-reader.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { StreamWriter } from '../support/cluster/stream-writer.ts';
import { httpRequest } from '../support/wire/http.ts';

const groupId = 'hall';
const wordCount = 60;
const streamsEach = 3;
const patience = { timeoutMs: 60_000, everyMs: 200 };

async function logOf(url: string): Promise<HistoryEntry[]> {
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

/** The archive has no pieces of texts. */
function asArchived(entry: HistoryEntry): object {
  if (!isMessageEvent(entry)) return entry;
  const { text: _, ...told } = entry;
  return told;
}

test('pages of the archive are those of the log, past an owner that was killed in the middle', async () => {
  await using postgres = await startPostgres();
  await using cluster = await Cluster.start({
    PLENUM_ARCHIVE_URL: postgres.url,
    PLENUM_LEASE_TTL_MS: '1500',
  });
  const first = await cluster.device('ann');
  await first.must('create_group', { group_id: groupId, group_type: 'public' });
  const owner = await cluster.ownerOf(groupId);
  const [url = '', other = ''] = cluster.urls.filter((one) => one !== owner.url);
  const writers = await Promise.all(
    [url, other].map(async (at, index) => {
      const device = await cluster.device(`author-${index}`, at);
      await device.must('join_group', { group_id: groupId });
      return new StreamWriter(`author-${index}`, groupId, device);
    }),
  );
  for (const writer of writers) for (let at = 0; at < streamsEach; at += 1) await writer.begin();
  const reader = await cluster.device('ann', url);
  for (let word = 0; word < wordCount; word += 1) {
    for (const writer of writers) writer.write(`word-${word}`);
    if (word === wordCount / 2) process.kill(owner.pid, 'SIGKILL');
    if (word % 10 === 5) {
      const message_id = writers[0]?.streams[0]?.messageId;
      await reader.must('react', { group_id: groupId, message_id, reaction: `${word}` });
    }
    await new Promise((resolve) => setTimeout(resolve, 33));
  }
  for (const writer of writers) writer.close();
  await eventually(() => expect(writers.every(({ isAnswered }) => isAnswered)).toBe(true), patience);
  expect(writers.flatMap(({ failures }) => failures)).toEqual([]);

  const log = await logOf(url);
  await using archive = new ArchiveKeeper(postgres.url);
  const archived = await eventually(async () => {
    const rows = await archive.pageOf(groupId, log);
    expect(rows.map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq));
    return rows;
  }, patience);
  expect(archived).toEqual(log.map(asArchived));
  for (const { messageId, whole } of writers.flatMap(({ streams }) => streams)) {
    expect(
      archived.find((entry) => entry.type === 'message' && entry.message_id === messageId),
    ).toMatchObject({
      message: whole,
    });
  }
});
