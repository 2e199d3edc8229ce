/** `npm run measure:capacity`: measures what one of everything costs here, and gives the tables of deploy/capacity.md. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import type { CapacityFigures } from './capacity/figures.ts';
import { messageCosts } from './capacity/message-costs.ts';
import { nodeCosts } from './capacity/node-costs.ts';
import { archivedBytes, storedBytes } from './capacity/stored-bytes.ts';
import { figureTable, loadTables } from './capacity/tables.ts';
import { type Provenance, provenance } from './report/machine.ts';
import type { Bench } from './rounds/load-round.ts';

/** What a run writes, and what the tables are made of. */
export interface CapacityRecord {
  readonly provenance: Provenance;
  readonly figures: CapacityFigures;
}

const standard = {
  stored: { groups: 5000, members: 50_000, messages: 20_000 },
  archived: 20_000,
  node: { warmUp: 500, steps: [1000, 1000, 2000], idleMs: 30_000, settleMs: 3000 },
  timing: { rampMs: 4000, settleMs: 500, measureMs: 10_000 },
};
/** For correctness only: its figures mean nothing. */
const short = {
  stored: { groups: 200, members: 2000, messages: 500 },
  archived: 500,
  node: { warmUp: 40, steps: [100, 100], idleMs: 1000, settleMs: 200 },
  timing: { rampMs: 300, settleMs: 250, measureMs: 1000 },
};
const frameBytes = 320;

const recordFile = fileURLToPath(new URL('../../../deploy/capacity.json', import.meta.url));
const pageFile = fileURLToPath(new URL('../../../deploy/capacity.md', import.meta.url));
const say = (what: string) => void process.stderr.write(`${what}\n`);

/** @param args the arguments after the name of the command. @returns the exit code */
export async function measureCapacity(args: readonly string[]): Promise<number> {
  const {
    short: isShort,
    record,
    json,
    tables,
  } = new Command('measure:capacity')
    .description(
      'Measures bytes and CPU of connections, groups, members and messages, and sizes deployments by them.',
    )
    .option('--short', 'for correctness only', false)
    .option('--json <file>', 'write the figures')
    .option('--tables', 'measure nothing: the tables of the recorded figures, into deploy/capacity.md', false)
    .option('--record', 'write deploy/capacity.json and the tables of deploy/capacity.md', false)
    .parse([...args], { from: 'user' })
    .opts<{ short: boolean; record: boolean; tables: boolean; json?: string }>();
  const result = tables ? recordedCapacity() : await measured(isShort ? short : standard, args);
  process.stdout.write(`${capacityTables(result).join('\n')}\n`);
  if (json !== undefined) writeFileSync(json, textOf(result));
  if (record) writeFileSync(recordFile, textOf(result));
  if (record || tables) writeFileSync(pageFile, pageWith(readFileSync(pageFile, 'utf8'), result));
  return 0;
}

async function measured(sizes: typeof standard, args: readonly string[]): Promise<CapacityRecord> {
  const bench: Bench = {
    timing: sizes.timing,
    nodeCount: 1,
    generatorCount: 1,
    frameBytes,
    newRunId: () => randomBytes(4).toString('hex'),
  };
  say('memory of Redis …');
  const stored = await storedBytes(sizes.stored);
  say('messages in PostgreSQL …');
  const archive = await archivedBytes(sizes.archived);
  say('sockets …');
  const sockets = await nodeCosts(bench, sizes.node);
  say('messages …');
  const messages = await messageCosts(bench);
  return {
    provenance: provenance(new Date(), args),
    figures: {
      node: { ...sockets.node, ...messages.node },
      redis: { ...stored, ...sockets.redis, ...messages.redis },
      archive,
      frameBytes,
    },
  };
}

/** The figures in the repository, from which deploy/capacity.md is made. */
export const recordedCapacity = (): CapacityRecord => JSON.parse(readFileSync(recordFile, 'utf8'));

function capacityTables({ provenance: { date, commit, machine }, figures }: CapacityRecord): string[] {
  return [
    `Measured on ${date.slice(0, 10)} at commit ${commit}: ${machine.cpu}, ${machine.cores} cores, ${machine.os}, Node ${machine.node}.`,
    '',
    ...figureTable(figures),
    '',
    ...loadTables(figures),
  ];
}

const [begin, end] = ['<!-- measured -->', '<!-- end of measured -->'];

/** The page with the tables of these figures between its two marks. */
export function pageWith(page: string, result: CapacityRecord): string {
  const [head, , tail] = page.split(new RegExp(`${begin}|${end}`));
  if (head === undefined || tail === undefined) throw new Error('deploy/capacity.md has lost its marks');
  return `${head}${begin}\n\n${capacityTables(result).join('\n')}\n${end}${tail}`;
}

const textOf = (result: CapacityRecord): string => `${JSON.stringify(result, null, 2)}\n`;
