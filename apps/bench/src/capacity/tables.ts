/** The measured figures and the tables of the model as Markdown: the generated part of deploy/capacity.md. */
import { grouped, markdown } from '../report/table.ts';
import type { CapacityFigures } from './figures.ts';
import { type Machines, needsOf, type Workload } from './model.ts';

const GiB = 2 ** 30;
const sizes = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000] as const;

/** Half of a core stays free for bursts, for the loss of a part of the cluster, and for what the model leaves out. */
const machines: Machines = {
  nodeCpu: 0.5,
  nodeBytes: 2 * GiB,
  shardCpu: 0.5,
  shardBytes: 16 * GiB,
  nodeNetwork: 125e6,
};

/** What most of the tables ask for; each workload says how it differs. */
const usual = {
  usersPerConnection: 5,
  groupsPerUser: 10,
  connectsPerSecond: 1 / 1800,
  logMessages: 100,
  rememberSeconds: 600,
};

const workloads: readonly { readonly title: string; readonly load: Omit<Workload, 'connections'> }[] = [
  {
    title: 'Teams: groups of 20, one message per user every two minutes',
    load: { ...usual, membersPerGroup: 20, messagesPerMinute: 0.5 },
  },
  {
    title: 'Communities: groups of 500, one message per user every ten minutes',
    load: { ...usual, membersPerGroup: 500, messagesPerMinute: 0.1 },
  },
  {
    title: 'Quiet: groups of 20, one message per user in an hour',
    load: { ...usual, membersPerGroup: 20, messagesPerMinute: 1 / 60 },
  },
];

/** Of one node or shard, in words. */
const unitOf = (name: string): string =>
  name.startsWith('bytes') || name.endsWith('Bytes') ? 'bytes' : 'us';

export function figureTable({ node, redis, archive, frameBytes }: CapacityFigures): string[] {
  const rows = (where: string, figures: object) =>
    Object.entries(figures).map(([name, value]) => [
      where,
      wordsOf(name),
      shown(Number(value)),
      unitOf(name),
    ]);
  return markdown(
    ['where', 'what', 'measured', 'unit'],
    [
      ...rows('node', node),
      ...rows('Redis', redis),
      ...(archive === null ? [] : rows('PostgreSQL', archive)),
      ['wire', 'frame of a message', shown(frameBytes), 'bytes'],
    ],
    2,
  );
}

export function loadTables(figures: CapacityFigures): string[] {
  return workloads.flatMap(({ title, load }) => {
    const lines = sizes.map((connections) => {
      const needs = needsOf(figures, { ...load, connections }, machines);
      return [
        grouped(connections),
        grouped(needs.messagesPerSecond),
        grouped(needs.deliveriesPerSecond),
        grouped(needs.nodes),
        needs.nodeLimit,
        grouped(needs.shards),
        needs.shardLimit,
        grouped(needs.redisBytes / GiB, 1),
        needs.archiveBytesPerDay === null ? '–' : grouped(needs.archiveBytesPerDay / GiB, 1),
      ];
    });
    const head = [
      ...['connections', 'messages/s', 'deliveries/s', 'nodes', 'by', 'shards', 'by'],
      ...['Redis GiB', 'archive GiB a day'],
    ];
    return [`### ${title}`, '', ...markdown(head, lines, 0), ''];
  });
}

/** `usPerIdleSecond` → `per idle second`. */
const wordsOf = (name: string): string =>
  name
    .replace(/^(?:us|bytes)/, '')
    .replace(/Bytes$/, ', memory')
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();

const shown = (value: number): string => grouped(value, value < 10 ? 2 : value < 100 ? 1 : 0);
