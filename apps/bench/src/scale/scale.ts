/** Tries whether one thing can be as large as the documents say, on this machine. */
import type { Figure } from '../probes/probe.ts';
import type { PlanSettings } from '../rounds/layout.ts';

export const scaleKinds = ['connections', 'crowd', 'members', 'groups', 'masters'] as const;
export type ScaleKind = (typeof scaleKinds)[number];

export interface ScaleOptions {
  /** Of what the scale is about. */
  readonly count: number;
  readonly settings: PlanSettings;
  readonly onProgress: (what: string) => void;
}

export interface ScaleResult {
  readonly figures: readonly Figure[];
  /** What must not be; empty: the scale is carried. */
  readonly failures: readonly string[];
}

export interface Scale {
  readonly title: string;
  /** The count of the documents. */
  readonly count: number;
  run(options: ScaleOptions): Promise<ScaleResult>;
}

/** A figure without a target. @param unit `''` for a number of things */
export const figure = (name: string, value: number | null, unit = ''): Figure => ({ name, value, unit });
