/** The archive in PostgreSQL. It stores every entry of every group once, and reads entries by position. */
import type {
  AdapterCall,
  Archive,
  ArchiveEraser,
  ArchiveReader,
  ArchiveSearcher,
  Clock,
  Logger,
} from '@plenum/core';
import { whyOf } from '../remote-call.ts';
import { type Connection, Connections, isTableMissing } from './connections.ts';
import { readEntries, saveEntries } from './entries-table.ts';
import { eraseMessages } from './erased-users.ts';
import { searchMessages } from './message-search.ts';
import { ensureSchema, schemaProblem } from './schema.ts';

export interface PostgresArchiveOptions {
  /**
   * `postgres://user:password@host:5432/database`, with libpq's parameters. A PgBouncer in between needs
   * `statement_timeout` and `idle_in_transaction_session_timeout` in its `ignore_startup_parameters`.
   */
  readonly url: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Time limit of one call and of one statement, ms; default 10,000. */
  readonly timeoutMs?: number;
  /** False: the texts that edits replace are not kept. Default: true. A take-down removes them in any case. */
  readonly keepsPreviousTexts?: boolean;
}

export interface PostgresArchive extends Archive, ArchiveReader, ArchiveSearcher, ArchiveEraser {
  /** Creates or updates the tables. Optional: the first call does it too. Rejects with `unavailable` if PostgreSQL is away. */
  ready(): Promise<void>;
  /** Connects and changes nothing. @returns why the archive cannot be used; null if it can */
  reach(call: AdapterCall): Promise<string | null>;
  /** Waits for calls in progress. Idempotent. */
  close(): Promise<void>;
}

const someBefore = 'SELECT 1 FROM plenum_entries WHERE at < $1 LIMIT 1';
const defaultTimeoutMs = 10_000;
const unhurried: AdapterCall = { signal: new AbortController().signal };

function checked(url: string): string {
  if (/^postgres(ql)?:\/\/[^\s]+$/.test(url) && URL.canParse(url)) return url;
  throw new TypeError('the URL of the archive must be postgres://user:password@host:port/database');
}

/** Makes the archive; connects only on the first call. @throws TypeError for a URL that is not `postgres://` */
export function createPostgresArchive(options: PostgresArchiveOptions): PostgresArchive {
  const { clock, logger, timeoutMs = defaultTimeoutMs, keepsPreviousTexts = true } = options;
  const connections = new Connections({ url: checked(options.url), clock, logger, timeoutMs });
  let isSchemaThere = false;

  const withSchema = <T>(call: AdapterCall, work: (connection: Connection) => Promise<T>) =>
    connections.use(call, async (connection) => {
      if (!isSchemaThere) await ensureSchema(connection);
      isSchemaThere = true;
      try {
        return await work(connection);
      } catch (error) {
        if (isTableMissing(error)) isSchemaThere = false;
        throw error;
      }
    });

  return {
    ready: () => withSchema(unhurried, async () => undefined),
    reach: (call) => connections.use(call, schemaProblem).catch(whyOf),
    save: (entries, call) =>
      withSchema(call, async (connection) => {
        const refused = await saveEntries(connection, entries, { keepsPreviousTexts });
        return refused.length === 0 ? undefined : { refused };
      }),
    hasEntriesBefore: (atMs, call) =>
      withSchema(call, async (connection) => {
        const { rows } = await connection.query(someBefore, [new Date(atMs)]);
        return rows.length > 0;
      }),
    read: (page, call) => withSchema(call, (connection) => readEntries(connection, page)),
    search: (search, call) => withSchema(call, (connection) => searchMessages(connection, search)),
    eraseMessages: (erasure, call) =>
      withSchema(call, async (connection) => ({ erased: await eraseMessages(connection, erasure) })),
    close: () => connections.close(),
  };
}
