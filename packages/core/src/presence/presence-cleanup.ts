/** Presence work of the owner of a partition: removes the users of dead nodes, and ends memberships by absence. */
import type { GroupId, UserId } from '@plenum/protocol';
import { PartitionRounds } from '../housekeeping/partition-rounds.ts';
import type { NodeRegistry } from '../ports/leases.ts';
import { type Presence, type PresenceHousekeeping, presenceChangeMax } from '../ports/presence.ts';
import type { Clock, Logger } from '../ports/runtime.ts';

const everyMs = 1000;

export interface PresenceWorkDeps {
  readonly presence: Presence & PresenceHousekeeping;
  readonly nodes: Pick<NodeRegistry, 'nodes'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The work needs no fence: an absence is checked again in its own atomic step, and a node that was wrongly taken for
 * dead finds its users missing and writes them again.
 */
export function presenceWork({ presence, nodes, clock, logger }: PresenceWorkDeps): PartitionRounds {
  const cleanup = new PresenceCleanup(presence, nodes);
  const round = (partitions: readonly number[]) => cleanup.clean(partitions);
  return new PartitionRounds({ name: 'presence', round, everyMs, slowestPause: 4, clock, logger });
}

class PresenceCleanup {
  readonly #presence: Presence & PresenceHousekeeping;
  readonly #nodes: Pick<NodeRegistry, 'nodes'>;
  /**
   * Nodes that host users but were not registered in the last round. A node that is about to register gets one round.
   */
  #suspects: ReadonlySet<string> = new Set();

  constructor(presence: Presence & PresenceHousekeeping, nodes: Pick<NodeRegistry, 'nodes'>) {
    this.#presence = presence;
    this.#nodes = nodes;
  }

  /** Cleans all partitions. A shard that cannot be reached does not stop the others; the round fails afterwards. */
  async clean(partitions: readonly number[]): Promise<void> {
    const looks = await Promise.allSettled(
      partitions.map((partition) => this.#presence.hostingNodes(partition)),
    );
    // Read after the hosting nodes: a node is registered before it hosts a user.
    const live = new Set((await this.#nodes.nodes()).map(({ nodeId }) => nodeId));
    const before = this.#suspects;
    const dead = looks.map((look) =>
      look.status === 'fulfilled' ? look.value.filter((nodeId) => !live.has(nodeId)) : [],
    );
    this.#suspects = new Set(dead.flat());
    const rounds = await Promise.allSettled(
      partitions.map((partition, at) =>
        this.#cleanOne(partition, dead[at]?.filter((nodeId) => before.has(nodeId)) ?? []),
      ),
    );
    for (const step of [...looks, ...rounds]) if (step.status === 'rejected') throw step.reason;
  }

  async #cleanOne(partition: number, dead: readonly string[]): Promise<void> {
    for (const nodeId of dead) await takeOff(this.#presence, nodeId, partition);
    await this.#presence.endAbsences(partition);
  }
}

async function takeOff(presence: Presence, nodeId: string, partition: number): Promise<void> {
  const byGroup = new Map<GroupId, UserId[]>();
  for (const { groupId, userId } of await presence.hosted(nodeId, partition)) {
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
