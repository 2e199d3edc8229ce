/** All that is simulated, by the recorded constants of one machine: the same seed gives the same answers. */
import type { CapacityFigures } from '../capacity/figures.ts';
import { type ClusterShape, clusterOf } from './cluster.ts';
import { type FanOut, fanOut, type ShardSpread, shardSpread, tagsOf } from './fan-out.ts';
import { type OwnerMoves, ownerMoves } from './owner-moves.ts';
import { reconnectStorm, type StormOutcome, type StormSettings } from './reconnects.ts';
import { type Takeover, takeover } from './takeover.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Sizes of clusters, ascending. The last one is that of the storms. */
  readonly nodes: readonly number[];
  readonly zones: number;
}

export interface Simulation {
  readonly options: SimulationOptions;
  readonly moves: readonly OwnerMoves[];
  readonly takeovers: readonly Takeover[];
  readonly check: StormOutcome;
  readonly storms: readonly Storm[];
  readonly fanOuts: readonly SizedFanOut[];
  readonly shards: readonly { readonly cluster: ShardSpread; readonly server: ShardSpread }[];
}

/** With what differs from the usual storm. */
export interface Storm extends StormOutcome {
  readonly settings: StormSettings;
}

export interface SizedFanOut extends FanOut {
  readonly nodes: number;
  readonly members: number;
}

export const usualOptions: SimulationOptions = { seed: 1, nodes: [10, 100, 1000], zones: 3 };

/** Of `npm run bench -- storm` on the machine of the constants when it did nothing else: 1,600 of 5,000 clients come back. */
export const measuredStorm = { clients: 1600, backP95Ms: 1890 } as const;

const groupSizes = [10, 100, 10_000, 1_000_000] as const;
const shardCounts = [1, 3, 16, 64, 100, 256, 500] as const;
/** Half of a core stays free, as in the tables of capacity. */
const usableCpu = 0.5;

const usualStorm: Omit<StormSettings, keyof ClusterShape> = {
  ...{ connectionsPerNode: 10_000, busy: 0.25, coresPerNode: 1, shards: 100, shardBusy: 0.25 },
  ...{ ratePerSec: 1000, burst: 2000, loss: 'cut', client: 'plain', groupsPerUser: 10, connectedPerGroup: 4 },
};

/** What is tried one after the other: head-room, groups, the rate of connects, the kind of loss, shards. */
const stormChanges: readonly Partial<StormSettings>[] = [
  {},
  { busy: 0.5 },
  { connectionsPerNode: 20_000 },
  { connectionsPerNode: 20_000, busy: 0.5 },
  { groupsPerUser: 1 },
  { ratePerSec: 100, burst: 200 },
  { ratePerSec: 100, burst: 200, client: 'reading' },
  { loss: 'silent' },
  { connectionsPerNode: 20_000, loss: 'silent' },
  { shards: 30 },
  { shards: 10 },
];

/** The storm that was measured: one process of each node, and Redis and the clients together as much as one, on two cores. */
export const checkSettings = (seed: number): StormSettings => ({
  ...usualStorm,
  ...{ seed, nodes: 3, zones: 3, connectionsPerNode: measuredStorm.clients, coresPerNode: 2 / 3, shards: 1 },
  // Its 200 messages/s of groups of 25, and what a node does in any case.
  ...{ busy: 0.12, groupsPerUser: 1, connectedPerGroup: 24 },
});

export async function simulate(
  options: SimulationOptions,
  figures: CapacityFigures,
  onProgress: (what: string) => void,
): Promise<Simulation> {
  const { seed, zones } = options;
  const shapes = options.nodes.map((nodes): ClusterShape => ({ nodes, zones, seed }));
  const takeovers: Takeover[] = [];
  const moves: OwnerMoves[] = [];
  for (const shape of shapes) {
    onProgress(`owners of ${shape.nodes} nodes …`);
    moves.push(ownerMoves(clusterOf(shape)));
    takeovers.push(await takeover(shape));
  }
  const largest = shapes.at(-1) ?? { nodes: zones, zones, seed };
  const storms: Storm[] = [];
  for (const change of stormChanges) {
    onProgress(`storm ${JSON.stringify(change)} …`);
    const settings = { ...usualStorm, ...largest, ...change };
    storms.push({ settings, ...(await reconnectStorm(settings, figures)) });
  }
  const check = await reconnectStorm(checkSettings(seed), figures);
  return {
    options,
    moves,
    takeovers,
    check,
    storms,
    fanOuts: fanOutsOf(shapes, figures),
    shards: shardSpreads(),
  };
}

const fanOutsOf = (shapes: readonly ClusterShape[], figures: CapacityFigures): readonly SizedFanOut[] =>
  groupSizes.flatMap((members) =>
    shapes.map((shape) => ({
      ...{ nodes: shape.nodes, members },
      ...fanOut({ ...shape, members, cpu: usableCpu }, figures),
    })),
  );

const shardSpreads = () =>
  shardCounts.map((count) => ({
    cluster: shardSpread(count, tagsOf.cluster),
    server: shardSpread(count, tagsOf.server),
  }));
