/** Measures what groups, members and messages take in memory of Redis, and messages in PostgreSQL. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { startPostgres } from '@plenum/testkit';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startPlenum } from '../systems/plenum-system.ts';
import { type Admin, adminOf, each } from './admin.ts';
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
const text = 'x'.repeat(textLength);
const archivedWithinMs = 60_000;

export async function storedBytes(sizes: StoredSizes): Promise<StoredBytes> {
  const token = randomBytes(32).toString('hex');
  const system = await startPlenum({ nodeCount: 1, environment: { PLENUM_ADMIN_TOKEN: token } });
  const redis = new Redis(system.redisUrl ?? '');
  try {
    const admin = adminOf(system.urls[0] ?? '', token);
    const memory = memoryOf(redis);
    const groups = await memory.grownBy(() => createGroups(admin, sizes.groups));
    await createGroup(admin, 'crowd');
    const first = await memory.grownBy(() => addMembers(admin, 'crowd', sizes.members));
    await createGroup(admin, 'crowd-2');
    const further = await memory.grownBy(() => addMembers(admin, 'crowd-2', sizes.members));
    await createGroup(admin, 'talk');
    const messages = await memory.grownBy(() => sendMessages(admin, sizes.messages));
    const requests = await bytesOfKeys(redis, '*:dedupe:*');
    return {
      bytesPerGroup: groups / sizes.groups,
      bytesPerMember: first / sizes.members,
      bytesPerFurtherMembership: further / sizes.members,
      bytesPerMessage: messages / sizes.messages - requests,
      bytesPerRememberedRequest: requests,
    };
  } finally {
    redis.disconnect();
    await system.stop();
  }
}

/** @returns null if no PostgreSQL can be obtained */
export async function archivedBytes(messages: number): Promise<CapacityFigures['archive']> {
  const postgres = await startPostgres().catch(() => null);
  if (postgres === null) return null;
  const token = randomBytes(32).toString('hex');
  const environment = { PLENUM_ADMIN_TOKEN: token, PLENUM_ARCHIVE_URL: postgres.url };
  try {
    const system = await startPlenum({ nodeCount: 1, environment });
    try {
      const admin = adminOf(system.urls[0] ?? '', token);
      await createGroup(admin, 'talk');
      await sendMessages(admin, messages);
      return { bytesPerMessage: (await sizeOf(postgres.url, messages)) / messages };
    } finally {
      await system.stop();
    }
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

const createGroup = (admin: Admin, group_id: string) =>
  admin.post('/v1/groups', {
    ...{ group_id, group_type: 'public', creator_id: 'ann', membership_events: 'counts' },
  });

const createGroups = (admin: Admin, count: number) =>
  each(count, (i) =>
    admin.post('/v1/groups', { group_id: `team-${i}`, group_type: 'public', creator_id: `creator-${i}` }),
  );

const addMembers = (admin: Admin, group_id: string, count: number) =>
  each(
    Math.ceil(count / membersAtOnce),
    (batch) =>
      admin.post(`/v1/groups/${group_id}/members:batch`, {
        add: Array.from({ length: Math.min(membersAtOnce, count - batch * membersAtOnce) }, (_, i) => ({
          user_id: `member-${batch * membersAtOnce + i}`,
        })),
      }),
    1,
  );

const sendMessages = (admin: Admin, count: number) =>
  each(count, () => admin.post('/v1/groups/talk/messages', { from_user_id: 'ann', message: text }));

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
