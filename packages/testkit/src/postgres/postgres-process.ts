/** PostgreSQL as a child process. It refuses to run as root, so a test that runs as root starts it as another user. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { guardAgainstOutliving, removalOfProcess } from '@plenum/local-redis';
import { type MakePostgresHost, type PostgresHost, settings, superuser } from './postgres-host.ts';

const run = promisify(execFile);

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** The user to run as; null: the user of this process. */
async function identityToRunAs(): Promise<Identity | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const uid = await run('id', ['-u', name]);
      const gid = await run('id', ['-g', name]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // There is no such user: try the next name.
    }
  }
  throw new Error('PostgreSQL refuses to be run by root, and there is no user "postgres" or "nobody".');
}

const linesKept = 8;

interface Installation {
  readonly binaries: string;
  readonly dir: string;
  readonly identity: Identity | null;
}

class PostgresProcess implements PostgresHost {
  readonly port: number;
  readonly #installation: Installation;
  readonly #output: string[] = [];
  #child: ChildProcess | null = null;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(port: number, installation: Installation) {
    this.port = port;
    this.#installation = installation;
  }

  async start(): Promise<void> {
    const { binaries, dir, identity } = this.#installation;
    const own = [`port=${this.port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${dir}`];
    const args = [...own, ...settings].flatMap((setting) => ['-c', setting]);
    const child = spawn(join(binaries, 'postgres'), ['-D', join(dir, 'data'), ...args], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...identity,
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#output.push(...chunk.toString('utf8').split('\n').filter(Boolean));
      this.#output.splice(0, this.#output.length - linesKept);
    });
    this.#ended = new Promise((resolve) => child.once('close', resolve));
    await once(child, 'spawn');
    child.once('exit', guardAgainstOutliving(removalOfProcess(child.pid ?? 0), dir));
    this.#child = child;
  }

  async end(how: 'stop' | 'crash'): Promise<void> {
    // SIGTERM would wait for the last client; SIGKILL would leave shared memory allocated.
    if (!this.hasEnded()) this.#child?.kill(how === 'stop' ? 'SIGINT' : 'SIGQUIT');
    await this.#ended;
  }

  hasEnded(): boolean {
    return this.#child === null || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  lastLines(): string {
    return this.#output.join('\n');
  }

  async remove(): Promise<void> {
    await this.end('stop');
    await rm(this.#installation.dir, { recursive: true, force: true });
  }
}

/** @param binaries the folder of `initdb` and `postgres` */
export const processHost =
  (binaries: string): MakePostgresHost =>
  async (port) => {
    const identity = await identityToRunAs();
    const dir = await mkdtemp(join(tmpdir(), 'plenum-postgres-'));
    const data = join(dir, 'data');
    await mkdir(data);
    if (identity !== null) {
      for (const folder of [dir, data]) await chown(folder, identity.uid, identity.gid);
    }
    const args = ['-D', data, '-U', superuser, '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
    await run(join(binaries, 'initdb'), args, { cwd: dir, ...identity });
    return new PostgresProcess(port, { binaries, dir, identity });
  };
