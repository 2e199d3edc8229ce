/** A Redis Cluster comes up empty: groups of all its shards come back from the archive. */
import { historyEntrySchema } from '@plenum/protocol';
import { ClusterSet, eventually, startPostgres } from '@plenum/testkit';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { nodeSettings } from '../support/cluster/service.ts';
import { Device } from '../support/devices/device.ts';
import { httpRequest, tokenOf } from '../support/wire/http.ts';

const patience = { timeoutMs: 60_000, everyMs: 100 };
const groupIds = Array.from({ length: 24 }, (_, at) => `room:${at}`);
const messages = 5;
/** `created`, the join of bob, what ann says. */
const keptSeq = messages + 2;

const connected = async (userId: string, { url }: NodeOnPort) => {
  const device = new Device(url, await tokenOf(userId));
  await device.connected();
  return device;
};

async function archivedCount(connectionString: string): Promise<number> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT count(*) FROM plenum_entries');
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}

test('groups of every shard of a Redis Cluster are rebuilt, and their members chat on', async () => {
  await using postgres = await startPostgres();
  await using set = await ClusterSet.start();
  const settings = {
    ...nodeSettings,
    REDIS_URL: set.url,
    PLENUM_ARCHIVE_URL: postgres.url,
    PLENUM_LEASE_TTL_MS: '3000',
  };
  await using node = await NodeOnPort.start(settings);
  const seqsOf = async (groupId: string) => {
    const { body } = await httpRequest('GET', `${node.url}/v1/groups/${groupId}/messages?after=0&limit=50`);
    const entries = historyEntrySchema.array().parse(body['entries']);
    return entries.map(({ seq }) => seq);
  };
  const countsOf = async (groupId: string) =>
    (await httpRequest('GET', `${node.url}/v1/groups/${groupId}`)).body['counts'];
  {
    await using ann = await connected('ann', node);
    await using bob = await connected('bob', node);
    for (const group_id of groupIds) {
      await ann.must('create_group', { group_id, group_type: 'public' });
      await bob.must('join_group', { group_id });
      for (let at = 0; at < messages; at += 1)
        await ann.must('relay_msg', { group_id, message: `text ${at}` });
    }
    await eventually(async () => {
      expect(await archivedCount(postgres.url)).toBe(groupIds.length * keptSeq);
    }, patience);
  }
  const before = await Promise.all(groupIds.map(countsOf));
  await node.end('SIGTERM');
  for (const master of await set.masters()) await set.ask(master, 'FLUSHALL');

  await using command = new CommandProcess('apps/server/bin/plenum.js', ['rebuild'], settings);
  expect({ code: await command.ended, output: command.output }).toEqual({
    code: 0,
    output: expect.stringMatching(new RegExp(`rebuilt ${groupIds.length} groups`)),
  });
  await node.startAgain();
  expect(await Promise.all(groupIds.map(countsOf))).toEqual(before);
  await using bob = await connected('bob', node);
  for (const group_id of groupIds) {
    const sent = await bob.must('relay_msg', { group_id, message: 'we are back' });
    expect(sent['seq']).toBe(keptSeq + 1);
    await eventually(async () => {
      expect(await seqsOf(group_id)).toEqual(Array.from({ length: keptSeq + 1 }, (_, at) => at + 1));
    }, patience);
  }
});
