/** What was simulated as Markdown: the second generated part of deploy/capacity.md. */
import { PARTITION_COUNT } from '@plenum/core';
import type { CapacityFigures } from '../capacity/figures.ts';
import { grouped, type Line, markdown } from '../report/table.ts';
import type { StormSettings } from './reconnects.ts';
import { measuredStorm, type Simulation, type Storm } from './simulation.ts';

export function simulationTables(simulation: Simulation, figures: CapacityFigures): string[] {
  const { options, check } = simulation;
  return [
    `Simulated with seed ${options.seed}, ${options.zones} zones and the constants above.`,
    ...titled('Owners of partitions', ownerTable(simulation)),
    ...titled('Time without an owner, seconds', takeoverTable(simulation)),
    ...titled('Reading the registry of nodes, all the time', registryTable(simulation, figures)),
    ...titled(
      `Reconnect storm: ${options.zones === 1 ? 'all' : `one of ${options.zones}`} zones of ${grouped(options.nodes.at(-1) ?? 0)} nodes is lost`,
      stormTable(simulation),
    ),
    '',
    `Beside a storm that was run (3 nodes, one lost, ${grouped(measuredStorm.clients)} clients come back): p95 ${seconds(measuredStorm.backP95Ms)} s`,
    `measured, ${seconds(check.backP95Ms)} s simulated, ${deviation(check.backP95Ms / measuredStorm.backP95Ms - 1)}.`,
    ...titled('Fan-out of one message', fanOutTable(simulation)),
    ...titled('Messages per second of the same nodes, as one cluster or as several', splitTable(simulation)),
    ...titled('Partitions on the shards of a Redis Cluster', shardTable(simulation)),
  ];
}

const titled = (title: string, table: readonly string[]): string[] => ['', `### ${title}`, '', ...table];
const seconds = (ms: number): string => grouped(ms / 1000, 2);
const percent = (part: number): string => `${grouped(part * 100, part < 0.1 ? 1 : 0)} %`;
const deviation = (part: number): string =>
  `${grouped(Math.abs(part) * 100)} % ${part < 0 ? 'less' : 'more'}`;

const ownerTable = ({ moves }: Simulation): string[] =>
  markdown(
    [
      ...[
        'nodes',
        'partitions per node',
        'nodes with none',
        'most of one',
        'move when one leaves',
        'at most',
      ],
      ...[
        'move to one that joins',
        'moves in a restart of all',
        'move when a zone is lost',
        'most of one then',
      ],
    ],
    moves.map(({ nodes, owners, most, leave, join, rollingRestart, zone }) => [
      ...[grouped(nodes), grouped(PARTITION_COUNT / nodes, 2), grouped(nodes - owners), grouped(most)],
      ...[grouped(leave.mean, 2), grouped(leave.most), grouped(join, 2), grouped(rollingRestart)],
      ...[grouped(zone.moved), grouped(zone.most)],
    ]),
    0,
  );

const takeoverTable = ({ takeovers }: Simulation): string[] =>
  markdown(
    ['nodes', 'partitions of a lost zone', 'mean', 'longest', 'partitions of a node that stops', 'longest'],
    takeovers.map(({ nodes, lost, handedOver }) => [
      ...[grouped(nodes), grouped(lost.partitions), seconds(lost.meanMs), seconds(lost.longestMs)],
      ...[grouped(handedOver.partitions), grouped(handedOver.longestMs / 1000, 3)],
    ]),
    0,
  );

/** Reads of a node per second: it looks twelve times in the time of a lease, 6 s. */
const looksPerSecond = 2;

const registryTable = ({ options }: Simulation, { node, redis }: CapacityFigures): string[] =>
  markdown(
    ['nodes', 'CPU of each node', 'CPU of one shard', 'MB/s from that shard'],
    options.nodes.map((nodes) => [
      grouped(nodes),
      percent((looksPerSecond * nodes * node.usPerRegisteredNode) / 1e6),
      percent((looksPerSecond * nodes * nodes * redis.usPerRegisteredNode) / 1e6),
      grouped((looksPerSecond * nodes * nodes * redis.bytesPerRegisteredNode) / 1e6, 1),
    ]),
    0,
  );

const stormTable = ({ storms }: Simulation): string[] =>
  markdown(
    [
      ...[
        'storm',
        'clients per node',
        'back: half, s',
        '95 %, s',
        'all, s',
        'retries, mean',
        'most',
        'refused',
      ],
      ...['timed out', 'wait for CPU, s', 'groups read', 'what limits'],
    ],
    storms.map((storm) => [stormName(storm), ...stormCells(storm), storm.limit]),
    1,
  );

const stormCells = (storm: Storm): Line => [
  ...[grouped(storm.stormingPerNode), seconds(storm.backP50Ms), seconds(storm.backP95Ms)],
  ...[seconds(storm.backLastMs), grouped(storm.retries, 2), grouped(storm.retriesMost)],
  ...[percent(storm.refused), percent(storm.timedOut), seconds(storm.loopLineMs), grouped(storm.groupReads)],
];

/** What a reader has to know of each storm; the first row has all of it. */
function stormName({ settings }: { readonly settings: StormSettings }): string {
  const { connectionsPerNode, busy, groupsPerUser, ratePerSec, loss, client, shards } = settings;
  return [
    `${grouped(connectionsPerNode)} a node`,
    `${percent(busy)} busy`,
    `${groupsPerUser} ${groupsPerUser === 1 ? 'group' : 'groups'}`,
    `${grouped(ratePerSec)}/s`,
    `${grouped(shards)} shards`,
    loss,
    client,
  ].join(', ');
}

const fanOutTable = ({ fanOuts }: Simulation): string[] =>
  markdown(
    [
      ...['connected members', 'nodes', 'nodes that get it', 'drawn', 'CPU of all nodes, ms', 'receiving'],
      ...['delivering', 'messages/s of all nodes', 'of one shard', 'shards needed'],
    ],
    fanOuts.map((of) => [
      ...[grouped(of.members), grouped(of.nodes), grouped(of.receptions, 1), grouped(of.drawnReceptions, 1)],
      ...[grouped(of.nodeUs / 1000, 1), percent(of.receivingPart), percent(of.deliveringPart)],
      ...[perSecond(of.messagesOfNodes), perSecond(of.messagesOfShard), grouped(of.shardsNeeded)],
    ]),
    0,
  );

const perSecond = (rate: number): string => grouped(rate, rate < 10 ? 1 : 0);

/** Groups that are larger than a cluster can hold are left out: they have no smaller cluster to live in. */
function splitTable({ fanOuts, options }: Simulation): string[] {
  const most = options.nodes.at(-1) ?? 0;
  const sizes = [...new Set(fanOuts.map(({ members }) => members))];
  return markdown(
    [
      'connected members',
      ...options.nodes.map((nodes) => `${grouped(most / nodes)} × ${grouped(nodes)} nodes`),
    ],
    sizes.map((members) => [
      grouped(members),
      ...options.nodes.map((nodes) => {
        const found = fanOuts.find((of) => of.members === members && of.nodes === nodes);
        return perSecond((found?.messagesOfNodes ?? 0) * (most / nodes));
      }),
    ]),
    0,
  );
}

const shardTable = ({ shards }: Simulation): string[] =>
  markdown(
    [
      'shards',
      'partitions per shard',
      'most of one',
      'shards with none',
      'most, tags of one server',
      'with none',
    ],
    shards.map(({ cluster, server }) => [
      ...[grouped(cluster.shards), grouped(cluster.mean, 2), grouped(cluster.most)],
      ...[grouped(cluster.shards - cluster.used), grouped(server.most), grouped(server.shards - server.used)],
    ]),
    0,
  );
