import { isLoadRow, type LoadRow, type Row } from './summary.ts';
import { grouped, type Table, unknown } from './table.ts';

/** What a README quotes: how many times the baselines, in few columns. */
export function ratioTable(rows: readonly Row[]): Table {
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
      ...baselines.map((name) => `messages/s, times ${name}`),
      ...baselines.map((name) => `CPU per delivery, part of ${name}`),
    ],
    lines: own.map((row) => [
      row.shape.replace('x', ' × '),
      rounded(row.messagesPerSec?.median),
      rounded(row.deliveriesPerSec?.median),
      ...baselines.map((name) => times(row, name)),
      ...baselines.map((name) => part(row, name)),
    ]),
  };
}

const rounded = (value: number | undefined) => (value === undefined ? unknown : grouped(value));

function times({ ratios }: LoadRow, name: string): string {
  const median = ratios[name]?.messages?.median;
  return median === undefined ? unknown : median.toFixed(1);
}

function part({ ratios }: LoadRow, name: string): string {
  const median = ratios[name]?.cpu?.median;
  return median === undefined || median === 0 ? unknown : `1/${(1 / median).toFixed(1)}`;
}
