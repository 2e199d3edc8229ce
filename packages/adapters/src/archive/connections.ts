/**
 * A pool of 4 connections to PostgreSQL. A call uses one connection exclusively; after a failure that connection is
 * closed. Also classifies PostgreSQL's errors.
 */
import { type AdapterCall, type Clock, type Logger, PlenumError } from '@plenum/core';
import { DatabaseError, Pool, type PoolClient } from 'pg';
import { whyOf, withinTime } from '../remote-call.ts';
import { tlsFailure } from './tls-failure.ts';

type Row = Readonly<Record<string, unknown>>;
export interface Connection {
  query(sql: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time limit of a call, ms, including the wait for a connection. */
  readonly timeoutMs: number;
}

const maxConnections = 4;

const onConnection = (client: PoolClient): Connection => ({
  query: (sql, values) => client.query<Row>(sql, [...values]),
});

export class Connections {
  readonly #pool: Pool;
  readonly #options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#pool = new Pool({
      connectionString: options.url,
      application_name: 'plenum',
      max: maxConnections,
      connectionTimeoutMillis: options.timeoutMs,
      // PostgreSQL ends the statement by itself, because it may not notice that the connection is gone.
      statement_timeout: options.timeoutMs,
      idle_in_transaction_session_timeout: options.timeoutMs,
      keepAlive: true,
    });
    // Without a listener for errors, a connection that breaks would end the process.
    this.#pool.on('error', (error) => {
      options.logger.warn({ err: sayable(error) }, 'a connection to the archive has ended');
    });
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** @throws PlenumError `unavailable` for any failure; its cause names the reason and contains no data */
  async use<T>(call: AdapterCall, work: (connection: Connection) => Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    try {
      return await withinTime({ clock, timeoutMs, signal: call.signal }, (signal) => this.#run(signal, work));
    } catch (error) {
      if (error instanceof PlenumError) throw error;
      throw PlenumError.of('unavailable', { cause: sayable(error) });
    }
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  async #run<T>(signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let isHeld = true;
    const letGo = (isBroken: boolean) => {
      if (isHeld) client.release(isBroken);
      isHeld = false;
    };
    if (signal.aborted) {
      letGo(false);
      throw signal.reason;
    }
    signal.addEventListener('abort', () => letGo(true), { once: true });
    try {
      const result = await work(onConnection(client));
      letGo(false);
      return result;
    } catch (error) {
      letGo(true);
      throw error;
    }
  }
}

/** SQLSTATE classes of data that no retry can store: invalid data (22), and a violated constraint (23). */
const dataClasses = ['22', '23'];
/** SQLSTATE classes whose message may be logged: it is about the server, the role or the statement, and quotes no row. */
const tellingClasses = ['08', '25', '28', '3D', '40', '42', '53', '55', '57'];

const classOf = (error: DatabaseError): string => error.code?.slice(0, 2) ?? '';

/** @returns why PostgreSQL will never take this data, or null if the failure is not about data */
export function dataRefusal(error: unknown): string | null {
  if (!(error instanceof DatabaseError) || !dataClasses.includes(classOf(error))) return null;
  return `PostgreSQL refuses the data (SQLSTATE ${error.code})`;
}

/** True if the table is missing although it existed: the database was restored or replaced. */
export const isTableMissing = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '42P01';

/** Reduces an error to what may be logged, because the details that PostgreSQL adds may contain the text of a message. */
function sayable(error: unknown): Error {
  if (error instanceof DatabaseError) {
    const message = tellingClasses.includes(classOf(error)) ? `: ${error.message}` : '';
    return new Error(`PostgreSQL SQLSTATE ${error.code}${message}`);
  }
  if (!(error instanceof Error)) return new Error('unknown failure of the connection');
  return new Error(tlsFailure(error) ?? whyOf(error));
}
