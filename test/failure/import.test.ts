/**
 * `plenum import` that is killed twice, into nodes with a PostgreSQL. `IMPORT_MESSAGES` makes a long run of it, which writes how
 * long it took and how much memory it had.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { eventually, startPostgres } from '@plenum/testkit';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { adminToken, httpRequest } from '../support/wire/http.ts';

const messages = Number(process.env['IMPORT_MESSAGES'] ?? 20_000);
const groupIds = ['red', 'green', 'blue'];
/** Messages of one group that follow each other in the file. */
const run = 200;
/** Of a long run: one message takes less than this. */
const perMessageMs = 5;

function* lines(): Generator<string> {
  const line = (row: object) => `${JSON.stringify(row)}\n`;
  for (const group_id of groupIds) {
    yield line({ type: 'group', group_id, group_type: 'private', history: 'all' });
    yield line({ type: 'member', group_id, user_id: 'ann', roles: ['admin'] });
    for (let i = 0; i < 20; i += 1) yield line({ type: 'member', group_id, user_id: `user-${i}` });
  }
  const counts = groupIds.map(() => 0);
  for (let n = 0; n < messages; n += 1) {
    const at = Math.floor(n / run) % groupIds.length;
    const number = counts[at] ?? 0;
    counts[at] = number + 1;
    const from_user_id = `user-${n % 20}`;
    const timestamp = new Date(Date.UTC(2020, 0, 1) + n * 1000).toISOString();
    yield line({ type: 'message', group_id: groupIds[at], from_user_id, message: `${number} ☃`, timestamp });
  }
}

const importedSoFar = async ({ url }: Cluster): Promise<number> => {
  const answers = groupIds.map((id) => httpRequest('GET', `${url}/v1/groups/${id}`));
  return (await Promise.all(answers)).reduce((sum, { body }) => sum + Number(body['seq'] ?? 0), 0);
};

/** The most memory that a process had so far, MB; 0: it has ended. */
const memoryOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
};

/** How many messages the archive has of each group, and whether their order is that of the file. */
const archivedSql = `
  SELECT group_id, count(*)::int AS messages, count(DISTINCT message)::int AS different,
    bool_and(split_part(message, ' ', 1)::int = place) AS is_in_order
  FROM (
    SELECT group_id, message, row_number() OVER (PARTITION BY group_id ORDER BY seq) - 1 AS place
    FROM plenum_entries WHERE type = 'message'
  ) AS placed GROUP BY group_id ORDER BY group_id`;

test(
  `an import of ${messages} messages that is killed twice doubles and loses nothing`,
  async () => {
    await using postgres = await startPostgres();
    await using cluster = await Cluster.start({ PLENUM_ARCHIVE_URL: postgres.url });
    const folder = await mkdtemp(join(tmpdir(), 'plenum-import-'));
    await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    const path = join(folder, 'team.ndjson');
    await pipeline(Readable.from(lines()), createWriteStream(path));
    const begin = () =>
      new CommandProcess(
        'apps/server/bin/plenum.js',
        ['import', path, '--url', cluster.url, '--token', adminToken],
        {},
      );
    const startMs = performance.now();
    for (const part of [messages / 4, messages / 2]) {
      await using command = begin();
      while ((await importedSoFar(cluster)) < part) await new Promise((resolve) => setTimeout(resolve, 20));
      command.signal('SIGKILL');
      await command.ended;
    }
    await using last = begin();
    let memoryMb = 0;
    const timer = setInterval(async () => {
      memoryMb = Math.max(memoryMb, await memoryOf(last.pid));
    }, 200);
    expect(await last.ended, last.output).toBe(0);
    clearInterval(timer);
    const seconds = Math.round((performance.now() - startMs) / 1000);
    const nodes = await Promise.all(cluster.nodes.map(({ pid }) => memoryOf(pid)));
    process.stdout.write(`import: ${messages} in ${seconds} s, ${memoryMb} MB; nodes: ${nodes} MB\n`);
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    await using __ = { [Symbol.asyncDispose]: () => client.end() };
    const expected = groupIds.toSorted().map((group_id) => {
      const at = groupIds.indexOf(group_id);
      const count = Array.from({ length: Math.ceil(messages / run) }, (_value, block) => block)
        .filter((block) => block % groupIds.length === at)
        .reduce((sum, block) => sum + Math.min(run, messages - block * run), 0);
      return { group_id, messages: count, different: count, is_in_order: true };
    });
    await eventually(async () => expect((await client.query(archivedSql)).rows).toEqual(expected), {
      timeoutMs: 120_000,
      everyMs: 500,
    });
    for (const { group_id, messages: count } of expected) {
      const { body } = await httpRequest('GET', `${cluster.url}/v1/groups/${group_id}/messages?limit=200`);
      const texts = Object(body['entries']).map((entry: { message?: string }) => entry.message);
      const numbers = Array.from({ length: 200 }, (_value, at) => `${count - 200 + at} ☃`);
      expect(texts).toEqual(numbers);
    }
  },
  120_000 + messages * perMessageMs,
);
