/** Whatever runs PostgreSQL with data of its own: it can be started again after each end, until it is removed. */
export interface PostgresHost {
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Resolves when the server was launched, not when it answers. */
  start(): Promise<void>;
  /** `stop` closes its connections and writes everything; `crash` is the end without either. Idempotent. */
  end(how: 'stop' | 'crash'): Promise<void>;
  hasEnded(): boolean;
  /** What PostgreSQL said last, for the message of a failed start. */
  lastLines(): string;
  /** Its data too. */
  remove(): Promise<void>;
}

/** Superuser without a password. */
export const superuser = 'postgres';

/** Data of tests survive a crash of PostgreSQL, and need not survive one of the machine. */
export const settings = ['fsync=off', 'max_connections=50'];

export type MakePostgresHost = (port: number) => Promise<PostgresHost>;
