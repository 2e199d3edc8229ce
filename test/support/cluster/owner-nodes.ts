/** Processes that share the ownership of partitions on a Redis of their own, and what they were seen to do. */
import { fileURLToPath } from 'node:url';
import { type Lease, ownersOf, PARTITION_COUNT } from '@plenum/core';
import { eventually, freshPrefix, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { CommandProcess } from '../../command-process.ts';

const script = fileURLToPath(new URL('./owner-process.js', import.meta.url));

export interface Commit {
  readonly partition: number;
  readonly token: number;
  readonly nodeId: string;
}

export class OwnerNodes implements AsyncDisposable {
  readonly server: RedisServer;
  readonly redis: Redis;
  readonly leaseTtlMs: number;
  readonly #prefix = freshPrefix();
  readonly #processes = new Map<string, CommandProcess>();
  #started = 0;

  private constructor(server: RedisServer, leaseTtlMs: number) {
    this.server = server;
    this.leaseTtlMs = leaseTtlMs;
    this.redis = new Redis(server.url);
    this.redis.on('error', () => {});
  }

  static async start(options: {
    readonly leaseTtlMs: number;
    readonly appendonly?: boolean;
  }): Promise<OwnerNodes> {
    const { leaseTtlMs, appendonly = false } = options;
    return new OwnerNodes(await startRedis({ appendonly }), leaseTtlMs);
  }

  /** @returns its node id, once it takes part. */
  async add(): Promise<string> {
    this.#started += 1;
    const nodeId = `n${this.#started}`;
    const process = new CommandProcess(script, [], {
      REDIS_URL: this.server.serviceUrl,
      // Commands of the journal are no part of the service, which may not call them.
      JOURNAL_URL: this.server.url,
      PREFIX: this.#prefix,
      NODE_ID: nodeId,
      LEASE_TTL_MS: String(this.leaseTtlMs),
    });
    this.#processes.set(nodeId, process);
    await process.until(/"word":"ready"/);
    return nodeId;
  }

  process(nodeId: string): CommandProcess {
    const found = this.#processes.get(nodeId);
    if (found === undefined) throw new Error(`no node ${nodeId}`);
    return found;
  }

  /** Resolves when it is gone. */
  async end(nodeId: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.process(nodeId).signal(signal);
    await this.process(nodeId).ended;
    this.#processes.delete(nodeId);
  }

  /** Who holds what at this moment, read past the product. */
  async holders(): Promise<ReadonlyMap<number, Lease>> {
    const partitions = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);
    const texts = await this.redis.mget(partitions.map((p) => `${this.#prefix}:{p${p}}:lease`));
    return new Map(
      partitions.flatMap((partition, at) => {
        const [nodeId, token] = texts[at]?.split(' ') ?? [];
        return nodeId === undefined ? [] : [[partition, { partition, nodeId, token: Number(token) }]];
      }),
    );
  }

  /** Resolves when every partition is held by the one of these nodes that hashing prefers. */
  async ownedBy(...nodeIds: readonly string[]): Promise<void> {
    await eventually(
      async () => {
        const holders = await this.holders();
        const owners = Array.from({ length: PARTITION_COUNT }, (_, p) => holders.get(p)?.nodeId ?? null);
        expect(owners).toEqual(ownersOf(nodeIds));
      },
      { timeoutMs: 40_000, everyMs: 50 },
    );
  }

  /** Every commit of a work, in the order of Redis. */
  async commits(): Promise<readonly Commit[]> {
    const lines = await this.redis.lrange(`${this.#prefix}:journal`, 0, -1);
    return lines.map((line) => {
      const [partition, token, nodeId = ''] = line.split(' ');
      return { partition: Number(partition), token: Number(token), nodeId };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes.values()) process.signal('SIGKILL');
    await Promise.all([...this.#processes.values()].map(({ ended }) => ended));
    this.redis.disconnect();
    await this.server.stop();
  }
}

/** Where a commit came under an older token than one before it, or a token was used by two nodes. */
export function staleCommits(commits: readonly Commit[]): readonly Commit[] {
  const latest = new Map<number, Commit>();
  return commits.filter((commit) => {
    const before = latest.get(commit.partition);
    const isStale =
      before !== undefined &&
      (commit.token < before.token || (commit.token === before.token && commit.nodeId !== before.nodeId));
    if (!isStale) latest.set(commit.partition, commit);
    return isStale;
  });
}
