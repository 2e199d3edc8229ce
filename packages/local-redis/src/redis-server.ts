/** A private Redis on a free port of 127.0.0.1. A test may kill, freeze and restart it; it deletes its files at the end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { freePort } from './free-port.ts';
import { fileOf, foldersOnPath, folderWith, obtainer } from './obtain-server.ts';
import { containerLauncher } from './redis-container.ts';
import { type RedisServerOptions, type RedisTls, setUpFolder } from './redis-folder.ts';
import {
  type LaunchedRedis,
  processLauncher,
  type RedisLaunch,
  type RedisLauncher,
} from './redis-launcher.ts';
import { urlsOf } from './redis-urls.ts';

export interface RedisServer extends AsyncDisposable {
  /** Of the administrator, who has all rights. */
  readonly url: string;
  /** Of the user whose rights a node has; the same as `url` if the options name no such user. */
  readonly serviceUrl: string;
  readonly port: number;
  /** The folder of its data and certificates. */
  readonly dir: string;
  /** The id of the present process; `restart` starts another one. */
  readonly pid: number;
  readonly isRunning: boolean;
  /** SIGKILL; the data stay for `restart`. Resolves when it is dead. */
  kill(): Promise<void>;
  /** Ends it for good and removes its data. Idempotent. */
  stop(): Promise<void>;
  /** Ends it if it runs and starts it on the same port with the same data. Resolves when it answers. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

const startTimeoutMs = 15_000;
const startAttempts = 3;
const pollMs = 20;

const removeData = (dir: string) => rm(dir, { recursive: true, force: true });

interface Launch extends RedisLaunch {
  readonly tls?: RedisTls | undefined;
}

async function untilItAnswers(redis: LaunchedRedis, { port, tls }: Launch): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (!redis.hasEnded() && performance.now() < deadline) {
    if (await redisAnswers(port, tls)) {
      // The answer may come from another process that took the port: then ours has ended.
      if (!redis.hasEnded()) return;
      break;
    }
    await pause(pollMs);
  }
  await redis.signal('SIGKILL').catch(() => undefined);
  throw new Error(`Redis did not start on port ${port}. Its last lines:\n${redis.lastLines()}`);
}

async function launch(launcher: RedisLauncher, at: Launch) {
  const redis = await launcher(at);
  await untilItAnswers(redis, at);
  return redis;
}

async function launchOnFreePort(launcher: RedisLauncher, set: Omit<Launch, 'port'>) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, redis: await launch(launcher, { port, ...set }) };
    } catch (error) {
      if (attempt === startAttempts) throw error;
    }
  }
}

class OwnRedisServer implements RedisServer {
  readonly url: string;
  readonly serviceUrl: string;
  readonly port: number;
  readonly dir: string;
  readonly #relaunch: () => Promise<LaunchedRedis>;
  #redis: LaunchedRedis;

  constructor(
    redis: LaunchedRedis,
    at: { launch: Launch; options: RedisServerOptions; relaunch: () => Promise<LaunchedRedis> },
  ) {
    this.#redis = redis;
    this.port = at.launch.port;
    this.dir = at.launch.dir;
    const urls = urlsOf(at.options, at.launch);
    this.url = urls.admin;
    this.serviceUrl = urls.service;
    this.#relaunch = at.relaunch;
  }

  get pid(): number {
    return this.#redis.pid;
  }

  get isRunning(): boolean {
    return !this.#redis.hasEnded();
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await removeData(this.dir);
  }

  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    this.#redis = await this.#relaunch();
  }

  pause(): Promise<void> {
    return this.#redis.signal('SIGSTOP');
  }

  resume(): Promise<void> {
    return this.#redis.signal('SIGCONT');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!this.#redis.hasEnded()) {
      // A frozen process handles SIGTERM only after SIGCONT.
      await this.#redis.signal('SIGCONT');
      await this.#redis.signal(signal);
    }
    await this.#redis.ended;
  }
}

export type StartRedis = (options?: RedisServerOptions) => Promise<RedisServer>;

/**
 * @param advice what to do if there is neither a Redis nor a Docker engine: the text of the error
 * @param install obtains a Redis in that case, and resolves whether it did
 * @returns starts a Redis; rejects with Redis' own last lines when it does not start
 */
export function redisStarter(advice: string, install?: () => Promise<boolean>): StartRedis {
  const obtainLauncher = obtainer<RedisLauncher>({
    installed,
    inDocker: containerLauncher,
    ...(install === undefined ? {} : { install }),
    advice,
  });
  return async (options = {}) => {
    const launcher = await obtainLauncher();
    const dir = await mkdtemp(join(tmpdir(), 'plenum-redis-'));
    try {
      const set = {
        ...(await setUpFolder(options, dir)),
        isTls: options.tls !== undefined,
        tls: options.tls,
      };
      const { port, redis } = await launchOnFreePort(launcher, set);
      const at = { port, ...set };
      return new OwnRedisServer(redis, { launch: at, options, relaunch: () => launch(launcher, at) });
    } catch (error) {
      await removeData(dir);
      throw error;
    }
  };
}

/** `REDIS_SERVER` names the program to use, for example a `valkey-server` beside the Redis of the PATH. */
async function installed(): Promise<RedisLauncher | null> {
  const given = process.env['REDIS_SERVER'] ?? '';
  if (given !== '') return processLauncher(given);
  for (const program of ['redis-server', 'valkey-server']) {
    const folder = await folderWith([program], foldersOnPath());
    if (folder !== null) return processLauncher(join(folder, fileOf(program)));
  }
  return null;
}

const attemptMs = 1000;

/** The server may refuse a certificate that it did not ask for, for example one that has expired. */
const clientTls = ({ areClientsCertified, cert, key }: RedisTls) => ({
  ...(areClientsCertified === true ? { cert, key } : {}),
  // Whether the certificate can be trusted is what tests find out.
  rejectUnauthorized: false,
});

/** True when Redis serves commands: `-NOAUTH` counts, `-LOADING` does not. */
function redisAnswers(port: number, tls: RedisTls | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const at = { port, host: '127.0.0.1' };
    const socket = tls === undefined ? connect(at) : connectTls({ ...at, ...clientTls(tls) });
    const finish = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(attemptMs, () => finish(false));
    for (const end of ['error', 'close']) socket.once(end, () => finish(false));
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => finish(/^(\+PONG|-NOAUTH)/.test(reply.toString('latin1'))));
  });
}
