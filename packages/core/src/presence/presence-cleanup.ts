/** Presence work of the owner of a partition: removes the users of dead nodes. */
import type { GroupId, UserId } from '@plenum/protocol';
import type { Findings } from '../housekeeping/findings.ts';
import { PartitionRounds } from '../housekeeping/partition-rounds.ts';
import type { NodeRegistry } from '../ports/leases.ts';
import { type Presence, type PresenceHousekeeping, presenceChangeMax } from '../ports/presence.ts';
import type { Clock, Logger } from '../ports/runtime.ts';

const everyMs = 1000;

export interface PresenceWorkDeps {
  readonly presence: Presence & PresenceHousekeeping;
  readonly nodes: Pick<NodeRegistry, 'nodes'>;
  readonly findings: Findings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The work needs no fence: a node that was wrongly taken for dead finds its users missing and writes them again.
 */
export function presenceWork(deps: PresenceWorkDeps): PartitionRounds {
  const cleanup = new PresenceCleanup(deps);
  const round = (partitions: readonly number[]) => cleanup.clean(partitions);
  return new PartitionRounds({ ...deps, name: 'presence', round, everyMs, slowestPause: 4 });
}

class PresenceCleanup {
  readonly #deps: PresenceWorkDeps;
  /**
   * Nodes that host users but were not registered in the last round. A node that is about to register gets one round.
   */
  #suspects: ReadonlySet<string> = new Set();

  constructor(deps: PresenceWorkDeps) {
    this.#deps = deps;
  }

  /** Cleans all partitions. A shard that cannot be reached does not stop the others; the round fails afterwards. */
  async clean(partitions: readonly number[]): Promise<void> {
    const looks = await Promise.allSettled(partitions.map((partition) => this.#hostingNodes(partition)));
    const hosts = looks.map((look) => (look.status === 'fulfilled' ? look.value : []));
    // Read after the hosting nodes: a node is registered before it hosts a user.
    const live = hosts.some(({ length }) => length > 0) ? await this.#live() : new Set<string>();
    const before = this.#suspects;
    const dead = hosts.map((nodeIds) => nodeIds.filter((nodeId) => !live.has(nodeId)));
    this.#suspects = new Set(dead.flat());
    const steps = await Promise.allSettled(
      partitions.map((partition, at) =>
        this.#takeOffAll(partition, dead[at]?.filter((nodeId) => before.has(nodeId)) ?? []),
      ),
    );
    for (const step of [...looks, ...steps]) if (step.status === 'rejected') throw step.reason;
  }

  async #hostingNodes(partition: number): Promise<readonly string[]> {
    const { findings, presence } = this.#deps;
    const found = findings.of(partition)?.hostingNodes;
    if (found !== undefined) return found;
    return findings.isSilent(partition) ? presence.hostingNodes(partition) : [];
  }

  async #live(): Promise<ReadonlySet<string>> {
    return new Set((await this.#deps.nodes.nodes()).map(({ nodeId }) => nodeId));
  }

  async #takeOffAll(partition: number, dead: readonly string[]): Promise<void> {
    for (const nodeId of dead) await takeOff(this.#deps.presence, nodeId, partition);
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
