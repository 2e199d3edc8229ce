/** Measures what groups, members and messages take in memory of Redis, and messages in PostgreSQL. */
import { setTimeout as pause } from 'node:timers/promises';
import { startPostgres } from '@plenum/testkit';
import type { Redis } from 'ioredis';
import pg from 'pg';
import { type Deployment, deployment, each } from '../systems/deployment.ts';
import type { CapacityFigures } from './figures.ts';

export interface StoredSizes {
  readonly groups: number;
  readonly members: number;
  readonly messages: number;
}

type StoredBytes = Pick<
  CapacityFigures['redis'],
  | 'bytesPerGroup'
  | 'bytesPerMember'
  | 'bytesPerFurtherMembership'
  | 'bytesPerMessage'
  | 'bytesPerRememberedRequest'
>;

/** Of a message, bytes. */
const textLength = 100;
const membersAtOnce = 1000;
const lanes = 8;
const text = 'x'.repeat(textLength);
const archivedWithinMs = 60_000;

export async function storedBytes(sizes: StoredSizes): Promise<StoredBytes> {
  await using place = await deployment();
  const { redis } = place;
  const memory = memoryOf(redis);
  const groups = await memory.grownBy(() => createGroups(place, sizes.groups));
  await createGroup(place, 'crowd');
  const first = await memory.grownBy(() => addMembers(place, 'crowd', sizes.members));
  await createGroup(place, 'crowd-2');
  const further = await memory.grownBy(() => addMembers(place, 'crowd-2', sizes.members));
  await createGroup(place, 'talk');
  const messages = await memory.grownBy(() => sendMessages(place, sizes.messages));
  const requests = await bytesOfKeys(redis, '*:dedupe:*');
  return {
    bytesPerGroup: groups / sizes.groups,
    bytesPerMember: first / sizes.members,
    bytesPerFurtherMembership: further / sizes.members,
    bytesPerMessage: messages / sizes.messages - requests,
    bytesPerRememberedRequest: requests,
  };
}

/** @returns null if no PostgreSQL can be obtained */
export async function archivedBytes(messages: number): Promise<CapacityFigures['archive']> {
  const postgres = await startPostgres().catch(() => null);
  if (postgres === null) return null;
  try {
    await using place = await deployment({ PLENUM_ARCHIVE_URL: postgres.url });
    await createGroup(place, 'talk');
    await sendMessages(place, messages);
    return { bytesPerMessage: (await sizeOf(postgres.url, messages)) / messages };
  } finally {
    await postgres.stop();
  }
}

/** Bytes of all tables with their indexes when so many messages are archived. */
async function sizeOf(url: string, messages: number): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const untilMs = performance.now() + archivedWithinMs;
    while (Number((await client.query('SELECT count(*) FROM plenum_entries')).rows[0]?.count) < messages) {
      if (performance.now() > untilMs) throw new Error('the messages were not archived within 60 s');
      await pause(50);
    }
    await client.query('VACUUM');
    const { rows } = await client.query(
      `SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class WHERE relkind = 'r' AND relname LIKE 'plenum\\_%'`,
    );
    return Number(rows[0]?.bytes);
  } finally {
    await client.end();
  }
}

const createGroup = ({ ask }: Deployment, group_id: string) =>
  ask('POST', '/v1/groups', {
    ...{ group_id, group_type: 'public', creator_id: 'ann', membership_events: 'counts' },
  });

const createGroups = ({ ask }: Deployment, count: number) =>
  each(count, lanes, (i) =>
    ask('POST', '/v1/groups', { group_id: `team-${i}`, group_type: 'public', creator_id: `creator-${i}` }),
  );

const addMembers = ({ ask }: Deployment, groupId: string, count: number) =>
  each(Math.ceil(count / membersAtOnce), 1, (batch) => {
    const first = batch * membersAtOnce;
    const add = Array.from({ length: Math.min(membersAtOnce, count - first) }, (_, i) => ({
      user_id: `member-${first + i}`,
    }));
    return ask('POST', `/v1/groups/${groupId}/members:batch`, { add });
  });

const sendMessages = ({ ask }: Deployment, count: number) =>
  each(count, lanes, () => ask('POST', '/v1/groups/talk/messages', { from_user_id: 'ann', message: text }));

/** Of Redis: what it has allocated for data and its own tables, without what it keeps free. */
function memoryOf(redis: Redis) {
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
  return {
    async grownBy(act: () => Promise<void>): Promise<number> {
      const before = await used();
      await act();
      // Answers and buffers of the connections are gone then.
      await pause(500);
      return (await used()) - before;
    },
  };
}

/** Mean bytes of up to 1,000 of the keys. */
async function bytesOfKeys(redis: Redis, pattern: string): Promise<number> {
  const [, keys] = await redis.scan('0', 'MATCH', pattern, 'COUNT', 20_000);
  const sampled = keys.slice(0, 1000);
  const sizes = await Promise.all(sampled.map((key) => redis.memory('USAGE', key)));
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0) / Math.max(1, sampled.length);
}
