/**
 * The leases of partitions. A lease is a key in the slot of its partition, so that scripts of that partition can compare
 * it. One command renews up to 32 leases of one server, and reports what is due in their partitions.
 */
import {
  type EngineSettings,
  type Findings,
  type Lease,
  type Leases,
  PARTITION_COUNT,
  type Renewal,
} from '@plenum/core';
import { z } from 'zod';
import type { Keys } from '../keys.ts';
import { acquireLease, releaseLease, renewLease } from '../script-calls/index.ts';
import { isRefusedScript, type KeptLease, keepLeases } from '../script-calls/partition-scripts.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

const leaseText = z
  .string()
  .regex(/^\S+ \d{1,16}$/)
  .transform((text) => text.split(' '));

export interface RedisLeasesDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly settings: LeaseSettings;
  /** Gets what each renewal found in its partition. */
  readonly findings: Findings;
}

type PartitionKeys = readonly [lease: string, due: string, away: string, holders: string];
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
  readonly #findings: Findings;
  readonly #keysOfPartition = new Map<number, PartitionKeys>();
  readonly #limit: { readonly timeoutMs: number };

  constructor({ calls, keys, settings, findings }: RedisLeasesDeps) {
    this.#keys = keys;
    this.#findings = findings;
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

  slices(leases: readonly Lease[]): readonly (readonly Lease[])[] {
    return this.#calls.slices(leases, ({ partition }) => this.#keysOf(partition)[0]);
  }

  async renew(leases: readonly Lease[]): Promise<Renewal> {
    const renewed = new Set<number>();
    const lost = new Set<number>();
    const renewSlice = async (slice: readonly Lease[]): Promise<void> => {
      const unknown: Lease[] = [];
      for (const [at, outcome] of (await this.#keep(slice)).entries()) {
        const lease = slice[at];
        if (lease === undefined) continue;
        if (outcome.type === 'unknown') unknown.push(lease);
        else (outcome.type === 'renewed' ? renewed : lost).add(lease.partition);
        if (outcome.type === 'renewed' && outcome.finding !== null)
          this.#findings.note(lease.partition, outcome.finding);
      }
      await Promise.allSettled(unknown.map(renewAlone));
    };
    const renewAlone = async (lease: Lease): Promise<void> => {
      const isRenewed = await this.#renewAlone(lease);
      (isRenewed ? renewed : lost).add(lease.partition);
    };
    // If a call fails, the state of its leases is unknown: they are neither renewed nor lost.
    await Promise.allSettled(this.slices(leases).map(renewSlice));
    return { renewed, lost };
  }

  /** @returns one outcome per lease; all are `unknown` if the server refuses the script */
  async #keep(slice: readonly Lease[]): Promise<readonly KeptLease[]> {
    const values = {
      args: [this.ttlMs, slice.map(({ nodeId, token }) => `${nodeId} ${token}`).join('\n')],
      keys: slice.map(({ partition }) => this.#keysOf(partition)),
    };
    try {
      return (await this.#calls.readMany(keepLeases, values, this.#limit)).details;
    } catch (error) {
      // Each lease is renewed alone then.
      if (!isRefusedScript(error)) throw error;
      return slice.map(() => ({ type: 'unknown' }));
    }
  }

  /** The keys that `keepLeases` needs of a partition. */
  #keysOf(partition: number): PartitionKeys {
    const known = this.#keysOfPartition.get(partition);
    if (known !== undefined) return known;
    const { lease, dueIn, away, holders } = this.#keys;
    const keys = [lease(partition), dueIn(partition), away(partition), holders(partition)] as const;
    this.#keysOfPartition.set(partition, keys);
    return keys;
  }

  /** @returns false if the lease is lost */
  async #renewAlone({ partition, nodeId, token }: Lease): Promise<boolean> {
    const { type } = await this.#calls.read(
      renewLease,
      { keys: { lease: this.#keys.lease(partition) }, args: { nodeId, token, ttlMs: this.ttlMs } },
      this.#limit,
    );
    return type === 'renewed';
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
