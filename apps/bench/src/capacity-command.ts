/** `npm run measure:capacity`: measures what one of everything costs here, and gives the tables of deploy/capacity.md. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { Command } from 'commander';
import type { CapacityFigures } from './capacity/figures.ts';
import { type CapacitySizes, type PartName, partNames, parts, withPart } from './capacity/parts.ts';
import {
  type CapacityRecord,
  fillPage,
  recordCapacity,
  recordedCapacity,
  recordText,
  runLines,
  runsWith,
} from './capacity/record.ts';
import { figureTable, loadTables } from './capacity/tables.ts';
import { choicesFrom } from './number-option.ts';
import { provenance } from './report/machine.ts';
import type { Bench, Timing } from './rounds/load-round.ts';

interface Sizes extends CapacitySizes {
  readonly timing: Timing;
}

const standard: Sizes = {
  stored: { groups: 5000, members: 50_000, messages: 20_000 },
  archived: 20_000,
  sockets: { warmUp: 500, steps: [1000, 1000, 2000], settleMs: 3000 },
  idle: { sockets: 5000, idleMs: 60_000, settleMs: 10_000 },
  returns: { clients: 2000, perGroup: 50, refused: 1000, warmed: 500, settleMs: 6000, runs: 3 },
  registry: { few: 300, many: 4000, watchMs: 20_000, reads: 200 },
  timing: { rampMs: 4000, settleMs: 500, measureMs: 10_000 },
};
/** For correctness only: its figures mean nothing. */
const short: Sizes = {
  stored: { groups: 200, members: 2000, messages: 500 },
  archived: 500,
  sockets: { warmUp: 40, steps: [100, 100], settleMs: 200 },
  idle: { sockets: 100, idleMs: 1000, settleMs: 200 },
  returns: { clients: 100, perGroup: 20, refused: 50, warmed: 20, settleMs: 500, runs: 1 },
  registry: { few: 2, many: 20, watchMs: 1000, reads: 20 },
  timing: { rampMs: 300, settleMs: 250, measureMs: 1000 },
};
const frameBytes = 320;

const say = (what: string) => void process.stderr.write(`${what}\n`);

interface Options {
  readonly short: boolean;
  readonly record: boolean;
  readonly tables: boolean;
  readonly json?: string;
  readonly only?: readonly PartName[];
}

/** @param args the arguments after the name of the command. @returns the exit code */
export async function measureCapacity(args: readonly string[]): Promise<number> {
  const {
    short: isShort,
    only,
    ...options
  } = new Command('measure:capacity')
    .description(
      'Measures bytes and CPU of connections, groups, members and messages, and sizes deployments by them.',
    )
    .option('--short', 'for correctness only', false)
    .option(
      '--only <parts>',
      `a part of ${partNames.join(', ')}; the others stay as recorded`,
      choicesFrom(partNames),
    )
    .option('--json <file>', 'write the figures')
    .option('--tables', 'measure nothing: the tables of the recorded figures, into deploy/capacity.md', false)
    .option('--record', 'write deploy/capacity.json and the tables of deploy/capacity.md', false)
    .parse([...args], { from: 'user' })
    .opts<Options>();
  const result = options.tables
    ? recordedCapacity()
    : await measured(isShort ? short : standard, only ?? partNames, args);
  const tables = capacityTables(result);
  process.stdout.write(`${tables.join('\n')}\n`);
  if (options.json !== undefined) writeFileSync(options.json, recordText(result));
  if (options.record) recordCapacity(result);
  if (options.record || options.tables) fillPage('measured', tables);
  return 0;
}

async function measured(
  { timing, ...sizes }: Sizes,
  only: readonly PartName[],
  args: readonly string[],
): Promise<CapacityRecord> {
  const bench: Bench = {
    ...{ timing, frameBytes, nodeCount: 1, generatorCount: 1 },
    newRunId: () => randomBytes(4).toString('hex'),
  };
  const load = Math.round((loadavg()[0] ?? 0) * 100) / 100;
  const added = { parts: only, ...provenance(new Date(), 'npm run measure:capacity --', args), load };
  const before = recordedCapacity();
  let figures: CapacityFigures = { ...before.figures, frameBytes };
  for (const name of only) {
    say(`${parts[name].title} …`);
    figures = withPart(figures, await parts[name].measure(bench, sizes));
  }
  return { runs: runsWith(before.runs, added), figures };
}

/** What deploy/capacity.md shows of these figures. */
export const capacityTables = ({ runs, figures }: CapacityRecord): string[] => [
  ...runLines(runs),
  '',
  ...figureTable(figures),
  '',
  ...loadTables(figures),
];
