/**
 * The node that takes the messages of a user down is killed in the middle. Another one continues, and in the end no key of Redis
 * and no table of PostgreSQL has a text of the user. PLENUM_ERASE_MESSAGES sets the number of messages, 50 in each
 * group, and a long run says how long they took.
 */
import { eventually, startPostgres } from '@plenum/testkit';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { everyValue } from '../../packages/redis/test/messages/message-stage.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { httpRequest } from '../support/wire/http.ts';

const messageCount = Number(process.env['PLENUM_ERASE_MESSAGES'] ?? 2000);
const perGroup = 50;
const idOf = (group: number) => `room-${group}`;
/** A long run writes 20,000 messages first. */
const testLimitMs = 180_000 + messageCount * 60;
const patience = { timeoutMs: 60_000 + messageCount * 30, everyMs: 200 };

/** Every row of every table, table by table. */
async function tablesOf(url: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const named = await client.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    const texts: string[] = [];
    for (const { name } of named.rows) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT row_to_json(t)::text AS row FROM ${name} AS t`,
      );
      texts.push(rows.map(({ row }) => row).join('\n'));
    }
    return texts;
  } finally {
    await client.end();
  }
}

test('nothing of the texts of a user is left after its node died in the middle', {
  timeout: testLimitMs,
}, async () => {
  await using postgres = await startPostgres();
  await using cluster = await Cluster.start({
    PLENUM_ARCHIVE_URL: postgres.url,
    PLENUM_LEASE_TTL_MS: '1500',
    // Some groups have messages that only the archive has.
    PLENUM_HISTORY_MAX_ENTRIES: '40',
    PLENUM_RATE_PER_SEC: '10000',
    PLENUM_RATE_BURST: '10000',
  });
  const ask = (method: string, path: string, body?: object) =>
    httpRequest(method, `${cluster.url}${path}`, { ...(body === undefined ? {} : { body }) });
  const groups = Array.from({ length: Math.ceil(messageCount / perGroup) }, (_, at) => idOf(at));
  const fill = async (group_id: string, at: number) => {
    expect(
      (await ask('POST', '/v1/groups', { group_id, group_type: 'public', creator_id: 'owner' })).status,
    ).toBe(201);
    expect((await ask('PUT', `/v1/groups/${group_id}/members/zoe`, {})).status).toBe(200);
    for (let n = 0; n < perGroup; n += 1) {
      const message = { from_user_id: 'zoe', message: `secret-of-zoe ${n} ${'.'.repeat(100)}` };
      expect((await ask('POST', `/v1/groups/${group_id}/messages`, message)).status).toBe(200);
    }
    await ask('POST', `/v1/groups/${group_id}/messages`, { from_user_id: 'owner', message: 'kept' });
    // The user has left every fourth group before.
    if (at % 4 === 0) await ask('DELETE', `/v1/groups/${group_id}/members/zoe`);
  };
  for (let at = 0; at < groups.length; at += 10) {
    await Promise.all(groups.slice(at, at + 10).map((group, index) => fill(group, at + index)));
  }
  const owner = await cluster.ownerOf('zoe');
  const startMs = performance.now();
  const progress = async () => (await ask('GET', '/v1/users/zoe/erasure')).body;
  expect((await ask('DELETE', '/v1/users/zoe?erase=messages')).status).toBe(202);
  await eventually(
    async () => expect(Number((await progress())['messages_done'])).toBeGreaterThan(0),
    patience,
  );
  process.kill(owner.pid, 'SIGKILL');
  expect(await eventually(progress, patience)).toMatchObject({ status: 'running' });
  await eventually(
    async () => expect(await progress()).toMatchObject({ status: 'done', archive: 'done' }),
    patience,
  );
  const seconds = Math.round((performance.now() - startMs) / 1000);
  process.stdout.write(`erasure: ${messageCount} messages of ${groups.length} groups in ${seconds} s\n`);
  const isMissing = (text: string) => !text.includes('secret-of-zoe');
  await eventually(async () => {
    const values = await everyValue(cluster.admin);
    expect([...values].filter(([, text]) => !isMissing(text)).map(([key]) => key)).toEqual([]);
    expect((await tablesOf(postgres.url)).every(isMissing)).toBe(true);
  }, patience);
  expect(Number((await progress())['messages_done'])).toBeGreaterThanOrEqual(messageCount * 0.9);
  const texts: string[] = [];
  for (const group of [groups[0], groups[1], groups.at(-1)]) {
    // An archive that does not answer in time is left out of a page.
    await eventually(async () => {
      const { body } = await ask('GET', `/v1/groups/${group}/messages?limit=200&after=0`);
      texts.push(JSON.stringify(body));
      expect(texts.at(-1)).toContain('kept');
    }, patience);
  }
  expect(texts.filter((text) => text.includes('secret-of-zoe'))).toEqual([]);
});
