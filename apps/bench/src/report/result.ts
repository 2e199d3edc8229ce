/** Writes a whole result as text for a terminal, as Markdown for the repository, and as JSON for programs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Cell } from '../scenarios/scenarios.ts';
import type { Provenance } from './machine.ts';
import { isLoadRow, type LoadRow, type Row } from './summary.ts';
import { columns, grouped, markdown, type Table, unknown } from './table.ts';
import { notesOf, tablesOf } from './tables.ts';

export interface Result {
  readonly provenance: Provenance;
  /** Name and description. */
  readonly systems: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  /** Every round as it was. */
  readonly cells: readonly Cell[];
}

const recordFolder = fileURLToPath(new URL('../../results/', import.meta.url));

const machineLine = ({ machine }: Provenance) =>
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}`;
const systemLines = ({ systems }: Result) =>
  Object.entries(systems).map(([name, description]) => `${name} = ${description}`);

export function textOf(result: Result): string {
  const tables = tablesOf(result.rows).flatMap(({ title, head, lines, words }) => [
    title,
    ...columns(head, lines, words),
    '',
  ]);
  return [
    ...tables,
    ...systemLines(result),
    machineLine(result.provenance),
    ...notesOf(result.rows),
    '',
  ].join('\n');
}

function markdownOf(result: Result): string {
  const { date, commit, commandLine } = result.provenance;
  const inShort = [ratioTable(result.rows)].filter(({ lines }) => lines.length > 0);
  const shown = ({ title, head, lines, words }: Table) => [
    `## ${title}`,
    '',
    ...markdown(head, lines, words),
    '',
  ];
  const centrifugo = centrifugoLine(result.rows);
  const notes = notesOf(result.rows).map((note) => `\n${note}`);
  return [
    `# Bench of ${date.slice(0, 10)}`,
    '',
    `Commit ${commit}, \`${commandLine}\``,
    '',
    machineLine(result.provenance),
    '',
    ...systemLines(result).map((line) => `- ${line}`),
    '',
    ...inShort.flatMap(shown),
    ...(centrifugo === null ? [] : [centrifugo, '']),
    ...tablesOf(result.rows).flatMap(shown),
    ...notes,
    '',
  ].join('\n');
}

/** @returns the files that were written. */
export function record(result: Result): string[] {
  mkdirSync(recordFolder, { recursive: true });
  const path = `${recordFolder}${result.provenance.date.slice(0, 10)}`;
  writeJson(`${path}.json`, result);
  writeFileSync(`${path}.md`, markdownOf(result));
  return [`${path}.json`, `${path}.md`];
}

export function writeJson(path: string, result: Result): void {
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
}

/** The short table that a README quotes: the ratios to the baselines. */
function ratioTable(rows: readonly Row[]): Table {
  const own = rows
    .filter(isLoadRow)
    .filter(({ kind, system }) => kind === 'saturation' && system === 'Plenum');
  const baselines = [...new Set(own.flatMap(({ ratios }) => Object.keys(ratios)))];
  return {
    title: 'In short: how many times the baselines',
    words: 1,
    head: [
      'groups × members',
      'messages/s',
      'deliveries/s',
      'node + Redis CPU, us/message',
      ...baselines.map((name) => `messages/s, times ${name}`),
      ...baselines.map((name) => `CPU per delivery, part of ${name}`),
    ],
    lines: own.map((row) => [
      row.shape.replace('x', ' × '),
      rounded(row.messagesPerSec?.median),
      rounded(row.deliveriesPerSec?.median),
      usOf(row),
      ...baselines.map((name) => times(row, name)),
      ...baselines.map((name) => part(row, name)),
    ]),
  };
}

/** What Centrifugo did in the same run, in one line for a README; null: it was not there. */
export function centrifugoLine(rows: readonly Row[]): string | null {
  const loads = rows.filter(isLoadRow).filter(({ kind }) => kind === 'saturation');
  const shapes = loads
    .filter(({ system }) => system === 'Centrifugo')
    .map((its) => {
      const own = loads.find(({ shape, system }) => shape === its.shape && system === 'Plenum');
      return `${its.shape.replace('x', ' × ')}: ${usOf(its)} (Plenum ${own === undefined ? unknown : usOf(own)})`;
    });
  if (shapes.length === 0) return null;
  return `Centrifugo with Redis and history in the same run, server + Redis CPU in us per message: ${shapes.join('; ')}.`;
}

const usOf = ({ nodeCpuUsPerMessage, redisCpuUsPerMessage }: LoadRow) =>
  [nodeCpuUsPerMessage, redisCpuUsPerMessage].map((us) => us?.median.toFixed(1) ?? unknown).join(' + ');

const rounded = (value: number | undefined) => (value === undefined ? unknown : grouped(value));

function times({ ratios }: LoadRow, name: string): string {
  const median = ratios[name]?.messages?.median;
  return median === undefined ? unknown : median.toFixed(1);
}

function part({ ratios }: LoadRow, name: string): string {
  const median = ratios[name]?.cpu?.median;
  return median === undefined || median === 0 ? unknown : `1/${(1 / median).toFixed(1)}`;
}
