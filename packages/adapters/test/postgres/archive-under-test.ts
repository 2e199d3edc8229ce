/** An archive in a schema of its own on a real PostgreSQL, with a proxy in between that can break the connections. */
import { randomBytes } from 'node:crypto';
import { systemClock } from '@plenum/core';
import { type Ailment, sampleMessage, startFaultProxy } from '@plenum/testkit';
import { Client } from 'pg';
import { createPostgresArchive } from '../../src/index.ts';

const silence = () => undefined;
export const silentLogger = { debug: silence, info: silence, warn: silence, error: silence };

/** Runs statements beside the archive, on a connection of its own. */
export async function statements(url: string, ...sql: readonly string[]) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: readonly Readonly<Record<string, unknown>>[] = [];
    for (const statement of sql) rows = (await client.query<Record<string, unknown>>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** @returns a URL under which everything happens in a schema that is new. */
export async function freshSchema(url: string): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await statements(url, `CREATE SCHEMA ${name}`);
  const inSchema = new URL(url);
  inSchema.searchParams.set('options', `-c search_path=${name}`);
  return inSchema.href;
}

export async function dropSchema(url: string): Promise<void> {
  const [{ name } = {}] = await statements(url, 'SELECT current_schema() AS name');
  await statements(url, `DROP SCHEMA ${name} CASCADE`);
}

/** Every value of every table of the schema, as one text. */
export async function allRows(url: string): Promise<string> {
  const tables = await statements(
    url,
    "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'",
  );
  const rows = await Promise.all(
    tables.map(({ table_name }) =>
      statements(url, `SELECT row_to_json(t)::text AS row FROM ${table_name} AS t`),
    ),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

export const seqsIn = async (url: string): Promise<number[]> => {
  const rows = await statements(url, 'SELECT seq FROM plenum_entries ORDER BY seq');
  return rows.map(({ seq }) => Number(seq));
};

/** Longer than any test: what comes this late never comes. */
const endlessMs = 600_000;

/** As the suites want it. @param url of a PostgreSQL in which schemas may be made */
export async function makeArchiveOn(url: string) {
  const own = await freshSchema(url);
  const proxied = new URL(own);
  const target = { targetHost: proxied.hostname, targetPort: Number(proxied.port || 5432) };
  const proxy = await startFaultProxy(target);
  proxied.host = `127.0.0.1:${proxy.port}`;
  const archive = createPostgresArchive({ url: proxied.href, logger: silentLogger, clock: systemClock });
  await archive.ready();
  return {
    archive,
    url: own,
    // PostgreSQL has no way to write a NUL in a text.
    poison: (seq: number) => sampleMessage({ seq, message: 'a NUL: \0' }),
    seqs: () => seqsIn(own),
    ail: async (ailment: Ailment) => {
      if (ailment === 'hang') return proxy.delay(endlessMs);
      proxy.refuse(true);
      proxy.cutAll();
    },
    heal: async () => {
      proxy.refuse(false);
      proxy.delay(0);
      proxy.cutAll();
    },
    [Symbol.asyncDispose]: async () => {
      await archive.close();
      await proxy.stop();
      await dropSchema(own);
    },
  };
}
