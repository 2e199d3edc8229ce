/** Nodes that deliver, on a Redis of their own, with the other side of their adapters and a watch on their leases. */
import { type DeliveryKind, partitionOf } from '@plenum/core';
import { groupIdSchema, type HistoryEntry } from '@plenum/protocol';
import { eventually, type RedisServerOptions } from '@plenum/testkit';
import { expect } from 'vitest';
import { CheckedTraffic } from '../cluster/checked-traffic.ts';
import { Cluster } from '../cluster/cluster.ts';
import { LeaseWatch } from '../cluster/lease-watch.ts';
import { devTokenOf } from '../wire/http.ts';
import { type AdapterForms, AdapterSides } from './adapter-sides.ts';
import { lateAnswers } from './late-answers.ts';
import { servedAdapters } from './served-adapters.ts';

export const leaseTtlMs = 1500;

/** As many uncommitted deliveries make the middle of a round. */
const midRoundEntries = 3;

interface SceneOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly redis?: RedisServerOptions;
}

interface Watched {
  /** Of any node, or of a proxy before them. */
  readonly url: string;
  readonly sides: AdapterSides;
  readonly watch: LeaseWatch;
  /** Of all nodes that deliver. Default: unknown, and no answer may be late. */
  readonly nodeUrls?: () => readonly string[];
}

/** Copies that the faults of a traffic may make, besides one for each owner; asked for at its end. */
export type OtherCopies = number | (() => number);

/**
 * A traffic that is also judged by what the adapters got, and by who committed it. An owner may leave deliveries uncommitted,
 * however it ends; so an adapter may take an entry once for each time that works began in its partition, and once more for each
 * answer of it that came too late.
 */
export function deliveryTraffic(watched: Watched, otherCopies: OtherCopies): CheckedTraffic {
  const { url, sides, watch, nodeUrls = () => [] } = watched;
  const before = watch.beginnings();
  const copiesOf = ({ group_id }: HistoryEntry): number => {
    const partition = partitionOf(group_id);
    const begun = (watch.beginnings().get(partition) ?? 0) - (before.get(partition) ?? 0);
    return 1 + begun + (typeof otherCopies === 'number' ? otherCopies : otherCopies());
  };
  const lateOf = (kind: DeliveryKind) => lateAnswers(sides, nodeUrls(), kind);
  return new CheckedTraffic(url, {
    served: async (logs) => {
      const late = { archive: await lateOf('archive'), notifier: await lateOf('notifier') };
      const copiesMaxOf = (kind: DeliveryKind) => (entry: HistoryEntry) => copiesOf(entry) + late[kind];
      return servedAdapters(url, await sides.records(copiesMaxOf, logs), logs);
    },
    leases: () => watch.events,
    ...(sides.forms.notifier === 'webhook' ? { tokenOf: (userId) => devTokenOf(url, userId) } : {}),
  });
}

export class DeliveryScene implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly sides: AdapterSides;
  readonly watch: LeaseWatch;

  private constructor(fields: Pick<DeliveryScene, 'cluster' | 'sides' | 'watch'>) {
    this.cluster = fields.cluster;
    this.sides = fields.sides;
    this.watch = fields.watch;
  }

  static async start(forms: AdapterForms, options: SceneOptions = {}): Promise<DeliveryScene> {
    const sides = await AdapterSides.start(forms);
    const environment = {
      PLENUM_LEASE_TTL_MS: String(leaseTtlMs),
      ...sides.environment,
      ...options.environment,
    };
    const cluster = await Cluster.start(environment, options.redis);
    return new DeliveryScene({ cluster, sides, watch: await LeaseWatch.open(cluster.redis.url) });
  }

  traffic(otherCopies: OtherCopies = 0): CheckedTraffic {
    const { cluster, sides, watch } = this;
    return deliveryTraffic({ url: cluster.url, sides, watch, nodeUrls: () => cluster.urls }, otherCopies);
  }

  /**
   * Does something to the owner in the middle of a round: the notifier has taken what the owner has not committed.
   * @returns the id of its node
   */
  async midRound(groupId: string, act: (pid: number) => void): Promise<string> {
    const { pid } = await this.cluster.ownerOf(groupId);
    const now = () => ({
      commits: this.#commitsOf(groupId).length,
      taken: this.sides.notices.filter(({ entry }) => entry.group_id === groupId).length,
    });
    let begin = now();
    const inTheMiddle = () => {
      const { commits, taken } = now();
      if (commits !== begin.commits) begin = { commits, taken };
      expect(commits).toBeGreaterThan(0);
      expect(taken - begin.taken).toBeGreaterThanOrEqual(midRoundEntries);
      act(pid);
      return this.#commitsOf(groupId).at(-1)?.nodeId ?? '';
    };
    return eventually(inTheMiddle, { timeoutMs: 60_000, everyMs: 5 });
  }

  #commitsOf(groupId: string) {
    return this.watch.commitsIn(partitionOf(groupIdSchema.parse(groupId)), 'notifier');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.watch[Symbol.dispose]();
    await this.cluster[Symbol.asyncDispose]();
    await this.sides[Symbol.asyncDispose]();
  }
}
