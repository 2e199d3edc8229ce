/** The tables of the archive as numbered steps: each is applied once, by one node, however many start together. */
import type { Connection } from './connections.ts';

/** Steps are only ever added: a database may be at any of them, and older nodes keep working beside newer ones. */
const steps: readonly string[] = [
  `CREATE TABLE plenum_entries (
     message_id text PRIMARY KEY,
     group_id text NOT NULL,
     epoch text NOT NULL,
     seq bigint NOT NULL,
     type text NOT NULL,
     user_id text NOT NULL,
     request_id text,
     message text,
     at timestamptz NOT NULL,
     details json
   )`,
  'CREATE INDEX plenum_entries_position ON plenum_entries (group_id, epoch, seq)',
];

/** A number that no other program uses: "plenum" in ASCII. */
const lockKey = '123597804598637';

/**
 * A database of another encoding would refuse for good each message with a letter that it lacks. As a failure of the whole
 * archive it is noticed at once, and nothing is lost.
 */
async function expectUtf8(connection: Connection): Promise<void> {
  const { rows } = await connection.query('SHOW server_encoding', []);
  const encoding = String(rows[0]?.['server_encoding']);
  if (encoding !== 'UTF8')
    throw new Error(`the archive database must have encoding UTF8, it has ${encoding}`);
}

async function stepOf(connection: Connection): Promise<number> {
  const { rows } = await connection.query("SELECT to_regclass('plenum_schema') AS name", []);
  if (rows[0]?.['name'] === null) return 0;
  const applied = await connection.query('SELECT coalesce(max(step), 0) AS step FROM plenum_schema', []);
  return Number(applied.rows[0]?.['step']);
}

/**
 * Brings the tables up to date, in one transaction. A database that is up to date is only read: then the role needs no right
 * to create anything. A step that this version does not know is left alone.
 */
export async function ensureSchema(connection: Connection): Promise<void> {
  await expectUtf8(connection);
  if ((await stepOf(connection)) >= steps.length) return;
  await connection.query('BEGIN', []);
  await connection.query(`SELECT pg_advisory_xact_lock(${lockKey})`, []);
  await connection.query(
    'CREATE TABLE IF NOT EXISTS plenum_schema (step int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    [],
  );
  const applied = await stepOf(connection);
  for (const [index, sql] of steps.entries()) {
    const step = index + 1;
    if (step <= applied) continue;
    await connection.query(sql, []);
    await connection.query('INSERT INTO plenum_schema (step) VALUES ($1)', [step]);
  }
  await connection.query('COMMIT', []);
}
