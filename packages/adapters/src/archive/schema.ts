/** Creates the tables of the archive in numbered steps. Each step is applied once, even if several nodes start together. */
import type { Connection } from './connections.ts';
import { isNoted } from './erased-users.ts';
import { indexStep, indexUnlessLarge } from './message-search.ts';

/** Finds what one user wrote. Without the index an erasure of messages reads the whole table for each 1,000 of them. */
const writersIndexStep = indexUnlessLarge(
  "INDEX IF NOT EXISTS plenum_entries_writers ON plenum_entries (user_id) WHERE type IN ('message', 'edited')",
);

/** Finds the notes of one user. Few requests to join have one. */
const notesIndexStep = indexUnlessLarge(
  `INDEX IF NOT EXISTS plenum_entries_notes ON plenum_entries (user_id) WHERE ${isNoted}`,
);

/**
 * Steps are only added, never changed: a database may be at any step, and older nodes must work beside newer ones. A step
 * must take no longer with many rows than with none, because a node has 10 s for all of them.
 */
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
  indexStep,
  // The message that a change concerns; null for messages and group events.
  'ALTER TABLE plenum_entries ADD COLUMN IF NOT EXISTS target_id text',
  `CREATE TABLE IF NOT EXISTS plenum_message_states (
     message_id text PRIMARY KEY,
     group_id text NOT NULL,
     epoch text,
     seq bigint,
     at timestamptz,
     edits int NOT NULL DEFAULT 0,
     edit_epoch text,
     edit_seq bigint,
     edited_at timestamptz,
     message text,
     details json,
     deleted_at timestamptz,
     deleted_by text,
     reason text
   )`,
  `CREATE TABLE IF NOT EXISTS plenum_reaction_counts (
     message_id text NOT NULL,
     reaction_key text NOT NULL,
     reaction text NOT NULL,
     first_seq bigint NOT NULL,
     count int NOT NULL,
     epoch text NOT NULL,
     seq bigint NOT NULL,
     at timestamptz NOT NULL,
     PRIMARY KEY (message_id, reaction_key)
   )`,
  `CREATE TABLE IF NOT EXISTS plenum_reactions (
     message_id text NOT NULL,
     user_id text NOT NULL,
     reaction_key text NOT NULL,
     is_set boolean NOT NULL,
     epoch text NOT NULL,
     seq bigint NOT NULL,
     at timestamptz NOT NULL,
     PRIMARY KEY (message_id, user_id, reaction_key)
   )`,
  `CREATE TABLE IF NOT EXISTS plenum_previous_texts (
     message_id text NOT NULL,
     edits int NOT NULL,
     message text NOT NULL,
     details json,
     PRIMARY KEY (message_id, edits)
   )`,
  'CREATE TABLE IF NOT EXISTS plenum_erased_users (user_id text PRIMARY KEY, until timestamptz NOT NULL)',
  writersIndexStep,
  notesIndexStep,
];

/** Number of the advisory lock: "plenum" in ASCII, so that no other program uses it. */
const lockKey = '123597804598637';

/**
 * Fails the whole archive if the database has another encoding than UTF8. Otherwise PostgreSQL would refuse only the
 * messages with letters that the encoding lacks, and these would be lost unnoticed.
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
 * Applies the missing steps in one transaction. A database that is up to date is only read, so the role then needs no right
 * to create tables. Steps of a later version stay.
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

/**
 * Looks whether {@link ensureSchema} would succeed, and changes nothing. @returns why it would not, null if it would
 * @throws Error if the database has another encoding than UTF8
 */
export async function schemaProblem(connection: Connection): Promise<string | null> {
  await expectUtf8(connection);
  if ((await stepOf(connection)) >= steps.length) return null;
  const { rows } = await connection.query(
    "SELECT current_schema() AS name, coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may",
    [],
  );
  const [{ name, may } = {}] = rows;
  return may === true
    ? null
    : `its user may not make tables in the schema ${name}: make the user the owner of the database`;
}
