/**
 * The leases of partitions. A lease is a key in the slot of its partition, so that scripts of that partition can compare
 * it. Calls for many partitions leave in one tick and cost one round trip per shard.
 */
import { type EngineSettings, type Lease, type Leases, PARTITION_COUNT, type Renewal } from '@plenum/core';
import { z } from 'zod';
import type { Keys } from '../keys.ts';
import { acquireLease, releaseLease, renewLease } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

const leaseText = z
  .string()
  .regex(/^\S+ \d{1,16}$/)
  .transform((text) => text.split(' '));

export interface RedisLeasesDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly settings: LeaseSettings;
}

type LeaseSettings = Pick<EngineSettings, 'requestTimeoutMs' | 'leaseTtlMs'>;

/**
 * Time limit of one call that renews a lease or sends a heartbeat, ms: a third of the lease, when the next call is due.
 * Example: at most 3 s for a lease of 9 s.
 */
export const leaseCallTimeoutMs = ({ requestTimeoutMs, leaseTtlMs }: LeaseSettings): number =>
  Math.min(requestTimeoutMs, leaseTtlMs / 3);

export class RedisLeases implements Leases {
  readonly ttlMs: number;
  readonly #keys: Keys;
  readonly #calls: ScriptCalls;
  readonly #limit: { readonly timeoutMs: number };

  constructor({ calls, keys, settings }: RedisLeasesDeps) {
    this.#keys = keys;
    this.ttlMs = settings.leaseTtlMs;
    this.#calls = calls;
    this.#limit = { timeoutMs: leaseCallTimeoutMs(settings) };
  }

  async acquire(partition: number, nodeId: string): Promise<Lease | null> {
    const reply = await this.#calls.read(
      acquireLease,
      {
        keys: { lease: this.#keys.lease(partition), lastToken: this.#keys.lastToken(partition) },
        args: { nodeId, ttlMs: this.ttlMs },
      },
      this.#limit,
    );
    return reply.type === 'granted' ? { partition, nodeId, token: reply.details[0] } : null;
  }

  async renew(leases: readonly Lease[]): Promise<Renewal> {
    const renewed = new Set<number>();
    const lost = new Set<number>();
    const renewOne = async (lease: Lease): Promise<void> => {
      const { type } = await this.#calls.read(
        renewLease,
        {
          keys: { lease: this.#keys.lease(lease.partition) },
          args: { nodeId: lease.nodeId, token: lease.token, ttlMs: this.ttlMs },
        },
        this.#limit,
      );
      (type === 'renewed' ? renewed : lost).add(lease.partition);
    };
    // If the call fails, the state of the lease is unknown: it is neither renewed nor lost.
    await Promise.allSettled(leases.map(renewOne));
    return { renewed, lost };
  }

  async release({ partition, nodeId, token }: Lease): Promise<void> {
    await this.#calls.read(
      releaseLease,
      {
        keys: { lease: this.#keys.lease(partition) },
        args: { nodeId, token },
      },
      this.#limit,
    );
  }

  async holder(partition: number): Promise<Lease | null> {
    const text = await this.#calls.command((redis) => redis.get(this.#keys.lease(partition)), this.#limit);
    if (text === null) return null;
    const [nodeId = '', token] = leaseText.parse(text);
    return { partition, nodeId, token: Number(token) };
  }

  async holders(): Promise<ReadonlyMap<number, Lease>> {
    const all = await Promise.all(Array.from({ length: PARTITION_COUNT }, (_, p) => this.holder(p)));
    return new Map(all.flatMap((lease) => (lease === null ? [] : [[lease.partition, lease]])));
  }
}
