/** What the owner of a partition does for presence: takes off what dead nodes held, ends memberships by absence. */
import type { GroupId, UserId } from '@plenum/protocol';
import type { PartitionWork } from '../ownership/partition-work.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lease, NodeRegistry } from '../ports/leases.ts';
import { type Presence, type PresenceUpkeep, presenceChangeMax } from '../ports/presence.ts';
import type { Logger } from '../ports/telemetry.ts';
import { runLoop } from '../run-loop.ts';

const everyMs = 1000;

export interface PresenceWorkParts {
  readonly presence: Presence & PresenceUpkeep;
  readonly nodes: Pick<NodeRegistry, 'nodes'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * One loop looks into all partitions that are held. Without a fence: an absence is checked again in its own atomic step,
 * and what is taken off a node that lives after all, that node finds missing and tells again.
 */
export class PresenceWork implements PartitionWork {
  readonly name = 'presence';
  readonly #parts: PresenceWorkParts;
  readonly #partitions = new Set<number>();
  readonly #stopped = new AbortController();
  /** Holders that were not registered in the last round: one that is about to register gets that long. */
  #suspects: ReadonlySet<string> = new Set();
  #round: Promise<void> = Promise.resolve();

  constructor(parts: PresenceWorkParts) {
    this.#parts = parts;
  }

  start(): void {
    const { clock, logger } = this.#parts;
    const round = () => {
      const keeping = this.#keepAll();
      // What failed is the loop's business; an owner only waits for the end.
      this.#round = keeping.catch(() => undefined);
      return keeping;
    };
    runLoop(this.name, round, { clock, logger, everyMs, slowestPause: 4, signal: this.#stopped.signal });
  }

  stop(): void {
    this.#stopped.abort();
  }

  async run({ partition }: Lease, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#partitions.add(partition);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#partitions.delete(partition);
    await this.#round;
  }

  /** A shard that is away must not keep the others from being cleaned; the round fails all the same, afterwards. */
  async #keepAll(): Promise<void> {
    const { presence, nodes } = this.#parts;
    if (this.#partitions.size === 0) return;
    const partitions = [...this.#partitions];
    const looks = await Promise.allSettled(partitions.map((partition) => presence.holders(partition)));
    // Asked after the holders: a node is registered before it holds anything.
    const live = new Set((await nodes.nodes()).map(({ nodeId }) => nodeId));
    const before = this.#suspects;
    const dead = looks.map((look) =>
      look.status === 'fulfilled' ? look.value.filter((nodeId) => !live.has(nodeId)) : [],
    );
    this.#suspects = new Set(dead.flat());
    const rounds = await Promise.allSettled(
      partitions.map((partition, at) =>
        this.#keep(partition, dead[at]?.filter((nodeId) => before.has(nodeId)) ?? []),
      ),
    );
    for (const step of [...looks, ...rounds]) if (step.status === 'rejected') throw step.reason;
  }

  async #keep(partition: number, dead: readonly string[]): Promise<void> {
    for (const nodeId of dead) await takeOff(this.#parts.presence, nodeId, partition);
    await this.#parts.presence.endAbsences(partition);
  }
}

async function takeOff(presence: Presence, nodeId: string, partition: number): Promise<void> {
  const byGroup = new Map<GroupId, UserId[]>();
  for (const { groupId, userId } of await presence.held(nodeId, partition)) {
    const users = byGroup.get(groupId) ?? [];
    users.push(userId);
    byGroup.set(groupId, users);
  }
  for (const [groupId, users] of byGroup) {
    for (let at = 0; at < users.length; at += presenceChangeMax) {
      const went = users.slice(at, at + presenceChangeMax);
      await presence.change({ groupId, nodeId, came: [], went });
    }
  }
}
