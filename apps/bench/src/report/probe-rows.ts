/** Summarizes the rounds of a probe: one row per figure, with its target and whether the median reaches it. */
import { type Spread, spreadOfKnown } from '../measure/statistics.ts';
import type { Bounds, ProbeKind } from '../probes/probe.ts';
import type { ProbeCell } from '../scenarios/run-scenarios.ts';

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
