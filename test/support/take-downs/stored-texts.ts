/** All that Redis and PostgreSQL return of their data, as text. */
import type { Redis } from 'ioredis';
import { Client } from 'pg';

/** The command that returns everything of a key, by its type. */
const readers: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  zset: (redis, key) => redis.zrange(key, 0, '-1'),
  set: (redis, key) => redis.smembers(key),
  list: (redis, key) => redis.lrange(key, 0, -1),
  stream: (redis, key) => redis.xrange(key, '-', '+'),
};

/** Every key, one text each. */
export async function* textsInRedis(
  redis: Redis,
): AsyncGenerator<{ readonly at: string; readonly text: string }> {
  let cursor = '0';
  do {
    const [next, keys]: [string, string[]] = await redis.scan(cursor, 'COUNT', 1000);
    cursor = next;
    for (const key of keys) {
      const type = await redis.type(key);
      // A key may have expired since.
      if (type === 'none') continue;
      const read = readers[type];
      if (read === undefined) throw new Error(`${key} is a ${type}, which no reader reads`);
      yield { at: key, text: `${key} ${JSON.stringify(await read(redis, key))}` };
    }
  } while (cursor !== '0');
}

/** Every row of every table and materialized view of the archive. */
export async function* textsInPostgres(
  url: string,
): AsyncGenerator<{ readonly at: string; readonly text: string }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    if (tables.length === 0) throw new Error('the archive has no tables');
    for (const { name } of tables) {
      const { rows } = await client.query(`SELECT entry::text AS text FROM ${name} AS entry`);
      for (const { text } of rows) yield { at: name, text };
    }
  } finally {
    await client.end();
  }
}
