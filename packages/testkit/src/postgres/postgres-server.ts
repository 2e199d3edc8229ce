/** A private PostgreSQL on a free port of 127.0.0.1. A test may crash and restart it; it deletes its files at the end. */
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { foldersOnPath, folderWith, freePort, obtainer } from '@plenum/local-redis';
import { installWithApt } from '../server/install-with-apt.ts';
import { containerHost } from './postgres-container.ts';
import { type MakePostgresHost, type PostgresHost, superuser } from './postgres-host.ts';
import { processHost } from './postgres-process.ts';

export interface PostgresServer extends AsyncDisposable {
  /** The URL of a superuser, for the database `postgres`. */
  readonly url: string;
  /** Ends it at once, without a clean shutdown; the data stay for `restart`. Resolves when it is dead. */
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

/** Debian and Ubuntu install the programs here and not on the PATH: one folder per major version. */
const debianFolder = '/usr/lib/postgresql';

async function installed(): Promise<MakePostgresHost | null> {
  const versions = await readdir(debianFolder).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const folders = newestFirst.map((version) => join(debianFolder, version, 'bin'));
  const folder = await folderWith(['initdb', 'postgres'], [...folders, ...foldersOnPath()]);
  return folder === null ? null : processHost(folder);
}

const obtainPostgresHost = obtainer<MakePostgresHost>({
  install: installWithApt('postgresql'),
  installed,
  inDocker: containerHost,
  advice:
    'These tests need PostgreSQL 13 or newer: install it (initdb and postgres on the PATH), start Docker, or set POSTGRES_URL.',
});

/** The first message of PostgreSQL's protocol 3.0. */
function startupMessage(user: string): Buffer {
  const protocol = Buffer.from([0, 3, 0, 0]);
  const body = Buffer.concat([protocol, Buffer.from(`user\0${user}\0database\0postgres\0\0`)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

const answerTimeoutMs = 500;

/** True if the server accepts `user`. A server that is starting up answers with an error. */
function postgresAnswers(port: number, user: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: answerTimeoutMs });
    const finish = (isReady: boolean) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.once('connect', () => socket.write(startupMessage(user)));
    socket.once('data', (bytes) => finish(bytes.toString('latin1', 0, 1) === 'R'));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
