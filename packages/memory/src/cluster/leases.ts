/** The port `Leases` in one process, for several embedded nodes that share an engine. */
import type { Clock, Lease, Leases } from '@plenum/core';
import type { Defer } from '../defer.ts';

interface Held {
  readonly lease: Lease;
  readonly untilMs: number;
}

export interface MemoryLeasesOptions {
  readonly clock: Clock;
  readonly leaseTtlMs: number;
  readonly defer: Defer;
}

export interface MemoryLeases extends Leases {
  /** The fence: true if the lease belongs to the partition's owner at this moment. */
  isHeld(lease: Lease): boolean;
}

export function memoryLeases({ clock, leaseTtlMs, defer }: MemoryLeasesOptions): MemoryLeases {
  const held = new Map<number, Held>();
  let lastToken = 0;

  const holder = (partition: number): Lease | null => {
    const found = held.get(partition);
    return found !== undefined && found.untilMs > clock.monotonicMs() ? found.lease : null;
  };
  const hold = (lease: Lease): Lease => {
    held.set(lease.partition, { lease, untilMs: clock.monotonicMs() + leaseTtlMs });
    return lease;
  };
  const isHeld = ({ partition, nodeId, token }: Lease): boolean => {
    const current = holder(partition);
    return current?.nodeId === nodeId && current.token === token;
  };

  return {
    isHeld,
    ttlMs: leaseTtlMs,
    acquire: (partition, nodeId) =>
      defer(() => {
        const current = holder(partition);
        if (current !== null) return current.nodeId === nodeId ? hold(current) : null;
        lastToken += 1;
        return hold({ partition, nodeId, token: lastToken });
      }),
    slices: (leases) => [leases],
    renew: async (leases) => {
      const renew = () => {
        const renewed = leases.filter(isHeld);
        for (const lease of renewed) hold(lease);
        const isRenewed = new Set(renewed.map(({ partition }) => partition));
        const lost = leases
          .map(({ partition }) => partition)
          .filter((partition) => !isRenewed.has(partition));
        return { renewed: isRenewed, lost: new Set(lost) };
      };
      return defer(renew).catch(() => ({ renewed: new Set<number>(), lost: new Set<number>() }));
    },
    release: (lease) =>
      defer(() => {
        if (isHeld(lease)) held.delete(lease.partition);
      }),
    holder: (partition) => defer(() => holder(partition)),
    holders: () =>
      defer(() => {
        const all = [...held.keys()].flatMap((partition) => holder(partition) ?? []);
        return new Map(all.map((lease) => [lease.partition, lease]));
      }),
  };
}
