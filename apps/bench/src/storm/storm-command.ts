/** `npm run bench -- storm`: kills a node under its clients, and prints how they come back. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { Command } from 'commander';
import { sumOf } from '../measure/process-usage.ts';
import { listFrom, numberFrom } from '../number-option.ts';
import { columns, grouped, type Line, unknown, verdictOf } from '../report/table.ts';
import { faultsOf } from '../rounds/round-figures.ts';
import { plenumSystem } from '../systems/plenum-system.ts';
import { ResumeReads, urlOfNode } from './resume-reads.ts';
import { loopGaugeOptions, type StormFigures, type StormShape, storm } from './storm.ts';

interface Options extends StormShape {
  readonly countReads: boolean;
  readonly generators: number;
  readonly profile?: string;
  readonly json?: string;
  readonly env: readonly string[];
}

/** Of connects, as a node has it by default. */
const usualRate = { PLENUM_CONNECT_RATE_PER_SEC: '1000', PLENUM_CONNECT_RATE_BURST: '2000' };
const target = { backMs: 6000, lagMs: 200, reads: 2 };

/** @param args the arguments after `storm`. @returns the exit code: 1 if a client never came back, or anything was lost, doubled or reordered */
export async function stormCommand(args: readonly string[]): Promise<number> {
  const options = optionsFrom(args);
  const profile = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  const given = options.env.map((pair) => pair.split('=', 2) as [string, string]);
  const environment = { ...usualRate, ...Object.fromEntries(given) };
  const system = await plenumSystem(environment).start(options.nodes, {
    nodeOptions: [...loopGaugeOptions, ...profile],
    redisUrlOf: urlOfNode,
  });
  try {
    const { redisUrl } = system;
    const figures = await storm({
      ...options,
      system,
      settings: { frameBytes: 320, newRunId: () => randomBytes(4).toString('hex') },
      reads: options.countReads && redisUrl !== null ? new ResumeReads(redisUrl) : null,
      onProgress: (what) => void process.stderr.write(`${what}\n`),
    });
    if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(summaryOf(figures), null, 2));
    process.stdout.write(reportOf(figures));
    return isWhole(figures) ? 0 : 1;
  } finally {
    await system.stop();
  }
}

function optionsFrom(args: readonly string[]): Options {
  const options = new Command('bench storm')
    .description('Kills a node while its groups talk, and measures how its clients come back.')
    .option('--nodes <n>', 'server nodes', numberFrom(2, 16), 3)
    .option('--clients <n>', 'clients of all nodes, each in one group', numberFrom(4, 20_000), 5000)
    .option('--groups <n>', 'groups', numberFrom(1, 9999), 200)
    .option(
      '--killed-share <part>',
      'part of the clients on the node that is killed (default: as on the others)',
      numberFrom(0, 1, false),
    )
    .option('--rate <n>', 'messages/s of all groups (default: one per group)', numberFrom(1, 100_000))
    .option('--plain', 'clients that read no refusals, and come back as plain socket.io-client does', false)
    .option('--count-reads', 'count the reads of Redis by MONITOR, which slows Redis and so the storm', false)
    .option('--generators <n>', 'load processes', numberFrom(1, 16), 1)
    .option('--profile <folder>', 'CPU profiles of the nodes that are not killed')
    .option('--json <file>', 'write the figures')
    .option('--env <list>', 'environment of the nodes: NAME=value,…', listFrom, [])
    .parse(args, { from: 'user' })
    .opts<Omit<Options, 'killedShare' | 'ratePerSec'> & { killedShare?: number; rate?: number }>();
  const { killedShare = 1 / options.nodes, rate = options.groups } = options;
  return { ...options, killedShare, ratePerSec: rate };
}

/** @param sorted ascending */
const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0;

const isWhole = (figures: StormFigures): boolean => {
  const { never, lost, duplicated, reordered, malformed } = summaryOf(figures);
  return never + lost + duplicated + reordered + malformed === 0;
};

/** The figures as they are written to a file. */
function summaryOf({ storming, backMs, verdicts, reads, ...figures }: StormFigures) {
  const { lost, duplicated, reordered, malformed, resyncs, firstProblem } = faultsOf(verdicts);
  const counts = reads?.map((one) => one.reads) ?? null;
  return {
    clients: storming,
    never: storming - Math.min(storming, backMs.length),
    backP50Ms: percentile(backMs, 0.5),
    backP95Ms: percentile(backMs, 0.95),
    backLastMs: backMs.at(-1) ?? 0,
    connectsRefused: figures.connectsRefused,
    lagMs: figures.lagMs,
    nodeUsPerClient: perClient(figures.nodeCpuUs, storming),
    redisUsPerClient: perClient(figures.redisCpuUs, storming),
    reads: counts && { places: counts.length, sum: sumOf(counts) ?? 0, most: Math.max(0, ...counts) },
    ...{ lost, duplicated, reordered, malformed, resyncs, firstProblem },
    load: loadavg()[0] ?? 0,
  };
}

const perClient = (us: number | null, clients: number) => us && us / Math.max(1, clients);

function reportOf(figures: StormFigures): string {
  const of = summaryOf(figures);
  const line = (name: string, value: number | null, unit = '', most?: number): Line => [
    name,
    value === null ? unknown : grouped(value, 1),
    unit,
    most === undefined || value === null ? '' : `≤ ${grouped(most)}: ${verdictOf(value <= most)}`,
  ];
  const { reads } = of;
  const lines: Line[] = [
    line('clients of the killed node', of.clients),
    line('never came back', of.never, '', 0),
    line('back, p50', of.backP50Ms, 'ms'),
    line('back, p95', of.backP95Ms, 'ms', target.backMs),
    line('back, last', of.backLastMs, 'ms'),
    line('connects refused for now', of.connectsRefused),
    line('longest delay of another event loop', of.lagMs, 'ms', target.lagMs),
    line('CPU of the other nodes per client', of.nodeUsPerClient, 'us'),
    line('CPU of Redis per client', of.redisUsPerClient, 'us'),
    ...(reads === null
      ? []
      : [line('reads of Redis, most of one group and node', reads.most, '', target.reads)]),
    ...(reads === null ? [] : [line('reads of Redis, mean', reads.sum / Math.max(1, reads.places))]),
    line('lost', of.lost, '', 0),
    line('duplicated', of.duplicated, '', 0),
    line('reordered', of.reordered, '', 0),
    line('told to resync', of.resyncs),
    line('load of the machine, last minute', of.load),
  ];
  const problem = of.firstProblem === null ? [] : [`first problem: ${of.firstProblem}`];
  return `${[...columns(['figure', 'value', 'unit', 'target'], lines, 1), ...problem].join('\n')}\n`;
}
