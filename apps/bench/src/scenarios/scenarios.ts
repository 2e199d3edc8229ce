/**
 * Runs the scenarios. Systems take turns within each round (A B C A B C), so that a change of the machine's speed affects all
 * of them.
 */
import { probes } from '../probes/all-probes.ts';
import { isProbeKind, type ProbeFigures, type ProbeKind, probeKinds } from '../probes/probe.ts';
import { type IdleFigures, idleRound } from '../rounds/idle-round.ts';
import { parseShape, type Shape, windowPerSender } from '../rounds/layout.ts';
import { type Bench, loadRound } from '../rounds/load-round.ts';
import type { RoundFigures } from '../rounds/round-figures.ts';
import type { SystemKind } from '../systems/system.ts';

interface CellBase {
  readonly system: string;
  /** From 1. */
  readonly round: number;
}
export interface LoadCell extends CellBase {
  readonly kind: 'saturation' | 'latency';
  readonly shape: string;
  /** Open loop, messages per second; null: closed loop. */
  readonly ratePerSec: number | null;
  readonly figures: RoundFigures;
}
export interface IdleCell extends CellBase {
  readonly kind: 'idle';
  readonly figures: IdleFigures;
}
export interface ProbeCell extends CellBase, ProbeFigures {
  readonly kind: ProbeKind;
}
export type Cell = LoadCell | IdleCell | ProbeCell;

export interface RunOptions {
  readonly scenarios: readonly Scenario[];
  /** The others are compared with the first one. Its saturation also sets the rate for latency. */
  readonly systems: readonly SystemKind[];
  readonly rounds: number;
  readonly bench: Bench;
  /** Messages on the way per group; null: by the shape. */
  readonly window: number | null;
  /** Rate for latency, messages per second; null: half of what saturates the first system. */
  readonly ratePerSec: number | null;
  /** Connections of the idle scenario, step by step. */
  readonly idleSteps: readonly number[];
  /** Probes do a small part of their work. */
  readonly isShort: boolean;
  readonly onProgress: (what: string) => void;
}

const latencyShareOfSaturation = 0.5;

export async function runScenarios(options: RunOptions): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const scenario of options.scenarios) {
    for (let round = 1; round <= roundsOf(scenario, options); round += 1) {
      for (const cell of await roundOf(scenario, round, options)) cells.push(cell);
    }
  }
  return cells;
}

function roundsOf({ kind }: Scenario, { rounds }: RunOptions): number {
  return isProbeKind(kind) ? Math.min(rounds, probes[kind].roundsMax) : rounds;
}

function roundOf(scenario: Scenario, round: number, options: RunOptions): Promise<Cell[]> {
  switch (scenario.kind) {
    case 'saturation':
      return saturationRound(scenario.shape, round, options);
    case 'latency':
      return latencyRound(scenario.shape, round, options);
    case 'idle':
      return idleRounds(round, options);
    default:
      return probeRound(scenario.kind, round, options);
  }
}

async function saturationRound(shape: Shape, round: number, options: RunOptions): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const system of options.systems) cells.push(await saturate(system, { shape, round }, options));
  return cells;
}

async function saturate(
  system: SystemKind,
  { shape, round }: { shape: Shape; round: number },
  { bench, rounds, window, onProgress }: RunOptions,
): Promise<LoadCell> {
  onProgress(`${shape.name} ${system.name}, round ${round} of ${rounds} …`);
  const load = { kind: 'closed', windowPerSender: windowPerSender(shape, window) } as const;
  const figures = await loadRound(system, bench, { shape, load });
  onProgress(
    `  ${Math.round(figures.messagesPerSec)} messages/s, ${Math.round(figures.deliveriesPerSec)} deliveries/s`,
  );
  return { kind: 'saturation', system: system.name, shape: shape.name, round, ratePerSec: null, figures };
}

async function latencyRound(shape: Shape, round: number, options: RunOptions): Promise<Cell[]> {
  const [first] = options.systems;
  if (first === undefined) return [];
  const cells: LoadCell[] = [];
  let { ratePerSec } = options;
  if (ratePerSec === null) {
    const cell = await saturate(first, { shape, round }, options);
    ratePerSec = Math.max(1, cell.figures.messagesPerSec * latencyShareOfSaturation);
    cells.push(cell);
  }
  for (const system of options.systems) {
    options.onProgress(
      `latency ${shape.name} ${system.name} at ${Math.round(ratePerSec)} messages/s, round ${round} of ${options.rounds} …`,
    );
    const load = { kind: 'open', ratePerSec } as const;
    const figures = await loadRound(system, options.bench, { shape, load });
    cells.push({ kind: 'latency', system: system.name, shape: shape.name, round, ratePerSec, figures });
  }
  return cells;
}

async function idleRounds(round: number, options: RunOptions): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const system of options.systems) {
    options.onProgress(`idle connections ${system.name}, round ${round} of ${options.rounds} …`);
    const figures = await idleRound(system, options.bench, options.idleSteps);
    cells.push({ kind: 'idle', system: system.name, round, figures });
  }
  return cells;
}

async function probeRound(kind: ProbeKind, round: number, options: RunOptions): Promise<Cell[]> {
  options.onProgress(`${kind}, round ${round} …`);
  const found = await probes[kind].run(options);
  return found.map((figures) => ({ kind, round, ...figures }));
}

/** Loads on shapes, latency, idle nodes and probes. */
export type Scenario =
  | { readonly kind: 'saturation'; readonly shape: Shape }
  | { readonly kind: 'latency'; readonly shape: Shape }
  | { readonly kind: 'idle' }
  | { readonly kind: ProbeKind };

export const standardShapes = '1x500,5x100,50x10,200x2';
/** One sender clock; from 50 members on the targets hold for p99 and p99.9 too. */
const latencyShapes = '1x50,1x500';
export const shortShapes = '1x50';
const everything = `${standardShapes},latency,idle,${probeKinds.join(',')}`;

/** @param text comma-separated shapes, `latency`, `latency:<shape>`, `idle`, a probe or `all`. @throws Error with one sentence. */
export function parseScenarios(text: string): Scenario[] {
  return text.split(',').flatMap((item): Scenario[] => {
    const [kind = '', shape] = item.trim().split(':');
    if (kind === 'all') return parseScenarios(everything);
    if (kind === 'idle' || isProbeKind(kind)) return [{ kind }];
    if (kind !== 'latency') return [{ kind: 'saturation', shape: parseShape(kind) }];
    if (shape !== undefined) return [{ kind, shape: parseShape(shape) }];
    return latencyShapes.split(',').map((name) => ({ kind, shape: parseShape(name) }));
  });
}
