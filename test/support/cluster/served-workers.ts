/** `plenum serve --workers` as processes: the primary's command, and the workers that it names in its log. */
import { eventually } from '@plenum/testkit';
import { z } from 'zod';
import type { CommandProcess } from '../../command-process.ts';
import { adminToken } from '../wire/http.ts';
import { ServedNode } from './served-node.ts';
import { nodeSettings } from './service.ts';

const serves = z.object({ msg: z.literal('a worker serves'), of: z.string(), pid: z.int() });

export interface ServedWorker {
  readonly nodeId: string;
  readonly pid: number;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

export class ServedWorkers implements AsyncDisposable {
  readonly node: ServedNode;

  private constructor(node: ServedNode) {
    this.node = node;
  }

  /** On a Redis of its own unless `environment` names one. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<ServedWorkers> {
    const engine = environment['REDIS_URL'] === undefined ? 'redis' : 'given';
    const node = await ServedNode.start(engine, { ...nodeSettings, PLENUM_WORKERS: '2', ...environment });
    await node.command.until(/"all workers were started"/);
    return new ServedWorkers(node);
  }

  get url(): string {
    return this.node.url;
  }
  get command(): CommandProcess {
    return this.node.command;
  }

  /** Those that have served, the oldest first. */
  get all(): readonly ServedWorker[] {
    return this.command.lines.flatMap((line) => {
      const read = serves.safeParse(JSON.parse(line));
      return read.success ? [{ nodeId: read.data.of, pid: read.data.pid }] : [];
    });
  }
  get alive(): readonly ServedWorker[] {
    return this.all.filter(({ pid }) => isAlive(pid));
  }

  /** A worker that is there now, by its place in the order of their starts. */
  worker(index: number): ServedWorker {
    const found = this.alive[index];
    if (found === undefined) throw new Error(`there is no worker ${index}`);
    return found;
  }

  /** Waits for so many workers, dead ones included, and for so many that are alive. */
  untilStarted(all: number, alive = 2): Promise<void> {
    const counts = () => `${this.all.length} started, ${this.alive.length} alive`;
    return eventually(
      () => {
        if (this.all.length !== all || this.alive.length !== alive) throw new Error(counts());
      },
      { timeoutMs: 30_000 },
    );
  }

  async figures(): Promise<ReadonlyMap<string, number>> {
    const answer = await fetch(`${this.url}/metrics`, { headers: { authorization: `Bearer ${adminToken}` } });
    const samples = (await answer.text()).split('\n').filter((line) => /^[a-z]/.test(line));
    return new Map(
      samples.map((line) => [
        line.slice(0, line.lastIndexOf(' ')),
        Number(line.slice(line.lastIndexOf(' '))),
      ]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
  }
}
