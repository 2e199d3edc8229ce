/** Three node processes on fixed ports behind a balancer. A node that has ended is started again until it runs. */
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eventually } from '@plenum/testkit';
import { type Balancer, startBalancer } from '../../apps/server/src/dev/balancer.ts';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';

const run = promisify(execFile);
const againMs = 500;
/** A node does not start while Redis is away. */
const startsWithin = { timeoutMs: 120_000, everyMs: againMs };

/** What `process-hooks.js` does in a node. */
export interface Instruction {
  readonly shiftMs?: number;
  readonly blockMs?: number;
  readonly weigh?: true;
}

/** As what runs nodes does: a node that cannot start, since Redis is away or slow, is started again. */
const untilStarted = (environment: Readonly<Record<string, string>>): Promise<NodeOnPort> =>
  eventually(() => NodeOnPort.start(environment), startsWithin);

export class ChaosNodes implements AsyncDisposable {
  readonly #nodes: NodeOnPort[];
  readonly #environments: readonly Readonly<Record<string, string>>[];
  readonly #folder: string;
  #balancer: Balancer;
  readonly #port: number;

  private constructor(fields: {
    nodes: NodeOnPort[];
    environments: readonly Readonly<Record<string, string>>[];
    folder: string;
    balancer: Balancer;
  }) {
    this.#nodes = fields.nodes;
    this.#environments = fields.environments;
    this.#folder = fields.folder;
    this.#balancer = fields.balancer;
    this.#port = fields.balancer.port;
    this.#retarget();
  }

  /** @param folder for the instructions to the nodes */
  static async start(
    environments: readonly Readonly<Record<string, string>>[],
    folder: string,
  ): Promise<ChaosNodes> {
    const balancer = await startBalancer(0);
    const hooks = new URL('./process-hooks.js', import.meta.url).href;
    const hooked = environments.map((environment) => ({
      ...environment,
      NODE_OPTIONS: `--import ${hooks}`,
      CHAOS_FOLDER: folder,
    }));
    const nodes = await Promise.all(hooked.map(untilStarted));
    return new ChaosNodes({ nodes, environments: hooked, folder, balancer });
  }

  /** Of the balancer. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }
  get all(): readonly NodeOnPort[] {
    return this.#nodes;
  }
  node(index: number): NodeOnPort {
    const node = this.#nodes[index % this.#nodes.length];
    if (node === undefined) throw new Error('there is no node');
    return node;
  }

  /** Resolves when it serves again. */
  async restart(index: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const node = this.node(index);
    await node.end(signal);
    await eventually(() => node.startAgain(), startsWithin);
  }

  /** Resolves when the two more nodes serve, behind the balancer too. */
  async grow(): Promise<void> {
    const [environment = {}] = this.#environments;
    const more = await Promise.all([0, 1].map(() => untilStarted(environment)));
    this.#nodes.push(...more);
    this.#retarget();
  }
  /** Drains and ends nodes until so many are left. */
  async shrinkTo(count: number): Promise<void> {
    const leaving = this.#nodes.splice(count);
    this.#retarget();
    await Promise.all(leaving.map((node) => node.end('SIGTERM')));
  }
  /** Until there are three again. */
  async regrow(): Promise<void> {
    for (let i = this.#nodes.length; i < this.#environments.length; i += 1) {
      this.#nodes.push(await untilStarted(this.#environments[i] ?? {}));
    }
    this.#retarget();
  }

  async instruct(index: number, instruction: Instruction): Promise<void> {
    const node = this.node(index);
    await writeFile(join(this.#folder, `${node.pid}.json`), JSON.stringify(instruction));
    node.signal('SIGUSR2');
  }

  /** What is live on its heap after a collection, bytes. */
  async heapOf(index: number): Promise<number> {
    const path = join(this.#folder, `${this.node(index).pid}.heap`);
    await rm(path, { force: true });
    await this.instruct(index, { weigh: true });
    return eventually(async () => {
      const text = await readFile(path, 'utf8');
      if (text === '') throw new Error(`${path} is empty`);
      return Number(text);
    });
  }

  /** It cannot open a file or accept a socket until the returned function is called. */
  async exhaustFiles(index: number): Promise<() => Promise<void>> {
    const { pid } = this.node(index);
    const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
    const [, soft = '20000'] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
    const open = (await readdir(`/proc/${pid}/fd`)).length;
    await run('prlimit', [`--pid=${pid}`, `--nofile=${open}:`]);
    return async () => void (await run('prlimit', [`--pid=${pid}`, `--nofile=${soft}:`]));
  }

  /** The balancer is gone, with all connections through it. */
  async loseBalancer(forMs: number): Promise<void> {
    await this.#balancer.close();
    await pause(forMs);
    this.#balancer = await startBalancer(this.#port);
    this.#retarget();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node[Symbol.asyncDispose]()));
    await this.#balancer.close();
  }

  #retarget(): void {
    this.#balancer.setTargets(
      this.#nodes.map(({ url }) => ({ host: '127.0.0.1', port: Number(new URL(url).port) })),
    );
  }
}
