/** The interface of a PostgreSQL server with its data: it can be started again after each end, until it is removed. */
export interface PostgresHost {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Resolves when the server was launched, not when it answers. */
  start(): Promise<void>;
  /** `stop` closes its connections and writes everything; `crash` is the end without either. Idempotent. */
  end(how: 'stop' | 'crash'): Promise<void>;
  hasEnded(): boolean;
  /** The last lines that PostgreSQL printed, for the message of a failed start. */
  lastLines(): string;
  /** Ends the server and removes its data. */
  remove(): Promise<void>;
}

/** Superuser without a password. */
export const superuser = 'postgres';

/** The data must survive a crash of PostgreSQL, but not one of the machine. */
export const settings = ['fsync=off', 'max_connections=50'];

export type MakePostgresHost = (port: number) => Promise<PostgresHost>;
