/** A proxy as a child process that a test kills and starts again on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort } from '@plenum/testkit';
import type { ProxyKind, ProxyLaunch, ProxySettings } from './proxy-kinds.ts';

const host = '127.0.0.1';
const startLimit = { timeoutMs: 15_000 };

export class ProxyProcess implements AsyncDisposable {
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  readonly #launch: ProxyLaunch;
  #child: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();

  private constructor(launch: ProxyLaunch, at: { readonly url: URL; readonly folder: string }) {
    this.#launch = launch;
    this.#port = Number(at.url.port);
    this.#folder = at.folder;
    this.url = at.url.origin;
  }

  /** @param nodes their `host:port`s. */
  static async start(
    kind: ProxyKind,
    nodes: readonly string[],
    settings: ProxySettings,
  ): Promise<ProxyProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'plenum-proxy-'));
    const port = await freePort();
    const place = { ...settings, folder, nodes, listen: `${host}:${port}` };
    const url = new URL(`${settings.tls === undefined ? 'http' : 'https'}://${host}:${port}`);
    const proxy = new ProxyProcess(await kind(place), { url, folder });
    try {
      await proxy.start();
      return proxy;
    } catch (error) {
      await proxy[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Resolves when clients are taken. */
  async start(): Promise<void> {
    const { command, args, environment } = this.#launch;
    // A file, since nginx cannot open what Node makes of a pipe. A group of its own, since nginx is several processes.
    const output = await open(this.#outputFile, 'a');
    const child = spawn(command, [...args], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', output.fd, output.fd],
      detached: true,
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    await output.close();
    const accepts = eventually(() => this.#accepts(), startLimit).then(() => true);
    const isUp = await Promise.race([accepts, this.#ended.then(() => false)]).catch(() => false);
    if (!isUp) throw new Error(`${command} did not start:\n${await this.output()}`);
  }

  /** SIGKILL to all of its processes; all connections are cut. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child?.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await this.#ended;
  }

  /** All that it has logged. */
  output(): Promise<string> {
    return readFile(this.#outputFile, 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #outputFile(): string {
    return join(this.#folder, 'output');
  }

  #accepts(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#port, host, () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', reject);
    });
  }
}
