import { probes } from '../probes/all-probes.ts';
import { type Bounds, type ProbeKind, probeKinds } from '../probes/probe.ts';
import type { FigureRow, ProbeRow } from './probe-rows.ts';
import { grouped, ranged, type Table, unknown, verdictOf } from './table.ts';

/** One table per probe. */
export const probeTables = (rows: readonly ProbeRow[]): Table[] =>
  probeKinds.map((kind) =>
    tableOf(
      kind,
      rows.filter((row) => row.kind === kind),
    ),
  );

function tableOf(kind: ProbeKind, rows: readonly ProbeRow[]): Table {
  return {
    title: probes[kind].title,
    words: 2,
    head: ['system', 'figure', 'median (least–greatest)', 'unit', 'target'],
    lines: rows.flatMap(({ system, figures }) =>
      figures.map((figure) => [system, figure.name, shownValue(figure), figure.unit, targetOf(figure)]),
    ),
  };
}

const significantBelow = 100;

function shownValue({ value }: FigureRow): string {
  if (value === null) return unknown;
  const isWhole = [value.median, value.min, value.max].every(Number.isInteger);
  if (isWhole || Math.abs(value.median) >= significantBelow) {
    return value.min === value.max ? grouped(value.median) : ranged(value, 0);
  }
  return value.min === value.max ? value.median.toFixed(2) : ranged(value, 2);
}

const boundsText = ({ atLeast, atMost }: Bounds): string =>
  [
    ...(atLeast === undefined ? [] : [`≥ ${grouped(atLeast, 2)}`]),
    ...(atMost === undefined ? [] : [`≤ ${grouped(atMost, 2)}`]),
  ].join(', ');

const targetOf = ({ target, isReached }: FigureRow): string =>
  target === null ? '' : `${boundsText(target)}: ${isReached === null ? unknown : verdictOf(isReached)}`;
