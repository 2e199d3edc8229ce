/** A probe answers one question that no load table answers: each gives named figures, and a bound where there is a target. */
import type { Bench } from '../rounds/load-round.ts';
import type { SystemKind } from '../systems/system.ts';

export const probeKinds = ['nodes', 'bytes', 'storm', 'scripts', 'memory'] as const;
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

export interface ProbeContext {
  /** The last one is Plenum. */
  readonly systems: readonly SystemKind[];
  readonly bench: Bench;
  /** For correctness only: a small part of the sizes. */
  readonly isShort: boolean;
  readonly onProgress: (what: string) => void;
}

export interface Probe {
  readonly title: string;
  /** More rounds than this tell nothing new for what they cost. */
  readonly roundsMax: number;
  run(context: ProbeContext): Promise<readonly ProbeFigures[]>;
}

export const isProbeKind = (text: string): text is ProbeKind => probeKinds.some((kind) => kind === text);
