/**
 * A private PostgreSQL on a free port of 127.0.0.1. A test may crash and restart it; it deletes its files at the end.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../server/free-port.ts';
import { postgresAnswers } from './postgres-answers.ts';
import { type MakePostgresHost, type PostgresHost, superuser } from './postgres-host.ts';
import { obtainPostgresHost } from './postgres-sources.ts';

export interface PostgresServer extends AsyncDisposable {
  /** Of a superuser, in the database `postgres`. */
  readonly url: string;
  /** Ends it without letting it finish anything; the data stay for `restart`. Resolves when it is dead. */
  crash(): Promise<void>;
  /** Ends it if it runs and starts it on the same port with the same data. Resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it for good and removes its data. Idempotent. */
  stop(): Promise<void>;
}

const startTimeoutMs = 30_000;
const startAttempts = 3;
const pollMs = 50;

async function startAndWait(host: PostgresHost): Promise<void> {
  await host.start();
  const deadline = performance.now() + startTimeoutMs;
  while (!host.hasEnded() && performance.now() < deadline) {
    if ((await postgresAnswers(host.port, superuser)) && !host.hasEnded()) return;
    await pause(pollMs);
  }
  await host.end('crash');
  throw new Error(`PostgreSQL did not start on port ${host.port}. Its last lines:\n${host.lastLines()}`);
}

async function startOnFreePort(makeHost: MakePostgresHost): Promise<PostgresHost> {
  for (let attempt = 1; ; attempt += 1) {
    const host = await makeHost(await freePort());
    try {
      await startAndWait(host);
      return host;
    } catch (error) {
      await host.remove();
      if (attempt === startAttempts) throw error;
    }
  }
}

/** @throws Error with PostgreSQL's own last lines when it does not start. */
export async function startPostgres(): Promise<PostgresServer> {
  const host = await startOnFreePort(await obtainPostgresHost());
  return {
    url: `postgres://${superuser}@127.0.0.1:${host.port}/postgres`,
    crash: () => host.end('crash'),
    restart: async () => {
      await host.end('stop');
      await startAndWait(host);
    },
    stop: () => host.remove(),
    [Symbol.asyncDispose]: () => host.remove(),
  };
}

export interface PostgresForTests {
  readonly url: string;
  dispose(): Promise<void>;
}

/**
 * Returns `POSTGRES_URL` if it is set: tests must create their own schemas there. Otherwise starts a private
 * PostgreSQL.
 */
export async function obtainPostgresForTests(): Promise<PostgresForTests> {
  const given = process.env['POSTGRES_URL'];
  if (given) return { url: given, dispose: async () => undefined };
  const server = await startPostgres();
  return { url: server.url, dispose: () => server.stop() };
}
