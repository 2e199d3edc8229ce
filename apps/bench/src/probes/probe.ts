/** Defines probes. A probe answers a question that no load table answers: it returns named figures, some with a target. */
import type { Verdict } from '../load/plan.ts';
import type { Bench } from '../rounds/load-round.ts';
import { faultsOf, hasFaults } from '../rounds/round-figures.ts';
import type { SystemKind } from '../systems/system.ts';

export const probeKinds = ['nodes', 'workers', 'bytes', 'storm', 'scripts', 'memory'] as const;
export type ProbeKind = (typeof probeKinds)[number];

export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Figure {
  readonly name: string;
  /** Null: it could not be measured. */
  readonly value: number | null;
  readonly unit: string;
  /** What the project wants to reach. */
  readonly target?: Bounds;
}

export interface ProbeFigures {
  readonly system: string;
  readonly figures: readonly Figure[];
  /** Lost, doubled or disordered deliveries, malformed frames, connections that broke. */
  readonly faults: number;
  /** In words; null: nothing went wrong. */
  readonly firstProblem: string | null;
}

export interface ProbeOptions {
  /** The last one is Plenum. */
  readonly systems: readonly SystemKind[];
  readonly bench: Bench;
  /** For correctness only: a small part of the sizes. */
  readonly isShort: boolean;
  readonly onProgress: (what: string) => void;
}

export interface Probe {
  readonly title: string;
  /** Maximum of rounds: more would cost time and show nothing new. */
  readonly roundsMax: number;
  run(context: ProbeOptions): Promise<readonly ProbeFigures[]>;
}

export const isProbeKind = (text: string): text is ProbeKind => probeKinds.some((kind) => kind === text);

/** @throws Error if there is none: probes look into what is ours. */
export function plenumIn({ systems }: ProbeOptions): SystemKind {
  const plenum = systems.find(({ name }) => name === 'Plenum');
  if (plenum === undefined) throw new Error('this needs nodes that the bench starts itself');
  return plenum;
}

export function faultFigures(verdicts: readonly Verdict[]): Pick<ProbeFigures, 'faults' | 'firstProblem'> {
  const faults = faultsOf(verdicts);
  const { firstProblem, refused, ...counts } = faults;
  if (!hasFaults(faults)) return { faults: 0, firstProblem: null };
  return { faults: Object.values(counts).reduce((sum, count) => sum + count, 0), firstProblem };
}
