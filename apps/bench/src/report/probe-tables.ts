/** Summarizes the rounds of a probe: one row per figure, with its target and whether the median reaches it. */
import { type Spread, spreadOfKnown } from '../measure/statistics.ts';
import { probes } from '../probes/all-probes.ts';
import { type Bounds, type ProbeKind, probeKinds } from '../probes/probe.ts';
import type { ProbeCell } from '../scenarios/scenarios.ts';
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

export interface FigureRow {
  readonly name: string;
  readonly unit: string;
  readonly value: Spread | null;
  readonly target: Bounds | null;
  /** Whether the median reaches the target. Null without a target or a figure. */
  readonly isReached: boolean | null;
}

export interface ProbeRow {
  readonly kind: ProbeKind;
  readonly system: string;
  readonly rounds: number;
  readonly figures: readonly FigureRow[];
  readonly faultyRounds: number;
  readonly firstProblem: string | null;
}

/** @param cells the rounds of one probe on one system */
export function probeRows(cells: readonly ProbeCell[]): ProbeRow[] {
  const [first] = cells;
  if (first === undefined) return [];
  const { kind, system } = first;
  return [
    {
      kind,
      system,
      rounds: cells.length,
      figures: first.figures.map(({ name, unit, target }): FigureRow => {
        const values = cells.map(
          ({ figures }) => figures.find((figure) => figure.name === name)?.value ?? null,
        );
        const value = spreadOfKnown(values);
        return { name, unit, value, target: target ?? null, isReached: isWithin(value, target) };
      }),
      faultyRounds: cells.filter(({ faults }) => faults > 0).length,
      firstProblem: cells.find(({ firstProblem }) => firstProblem !== null)?.firstProblem ?? null,
    },
  ];
}

function isWithin(value: Spread | null, bounds: Bounds | undefined): boolean | null {
  if (value === null || bounds === undefined) return null;
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = bounds;
  return value.median >= atLeast && value.median <= atMost;
}
