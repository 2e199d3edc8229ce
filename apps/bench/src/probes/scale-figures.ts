/** Measures what more processes cost: the same load on one and on several, by CPU per delivery and scripts per message. */
import { parseShape } from '../rounds/layout.ts';
import { loadRound } from '../rounds/load-round.ts';
import { hasFaults, type RoundFigures } from '../rounds/round-figures.ts';
import type { SystemKind } from '../systems/system.ts';
import type { Figure, ProbeFigures, ProbeOptions } from './probe.ts';

/** Far below what saturates one node: batches that grow with the load would hide what a delivery costs. */
const load = { kind: 'open', ratePerSec: 250 } as const;
const shape = parseShape('5x100');
/** Factor of the ramp's length: each of several nodes gets only a part of the load, so its code is compiled later. */
const warmUp = 4;
/** CPU counts 10 ms at a time, and a node has other things to do. */
const flat = { atLeast: 0.9, atMost: 1.1 };
/** At most one per message, because the sends of one tick share a script; a sweep may fall into the interval. */
const oneScript = { atMost: 1.02 };

export interface Scale {
  /** As in `2 nodes`. */
  readonly name: string;
  readonly kind: SystemKind;
  readonly nodeCount: number;
}

/** @param scales the first one is what the others are compared with */
export async function scaleFigures(context: ProbeOptions, scales: readonly Scale[]): Promise<ProbeFigures> {
  const { timing } = context.bench;
  const rounds: RoundFigures[] = [];
  for (const { name, kind, nodeCount } of scales) {
    context.onProgress(`  ${name} …`);
    const bench = { ...context.bench, nodeCount, timing: { ...timing, rampMs: timing.rampMs * warmUp } };
    rounds.push(await loadRound(kind, bench, { shape, load, areScriptsCounted: true }));
  }
  const [alone] = rounds;
  const [base] = scales;
  const figures = rounds.flatMap((round, i): Figure[] => {
    const name = scales[i]?.name ?? '';
    const [cpu, baseCpu] = [round.nodeCpuUsPerDelivery, alone?.nodeCpuUsPerDelivery ?? null];
    const ratio = { value: over(cpu, baseCpu), unit: '', target: flat };
    return [
      { name: `${name}: CPU per delivery`, value: cpu, unit: 'us' },
      ...(i === 0 ? [] : [{ name: `${name}: CPU per delivery / ${base?.name}`, ...ratio }]),
      { name: `${name}: scripts per message`, value: round.scriptsPerMessage, unit: '', target: oneScript },
    ];
  });
  const faulty = rounds.filter(({ faults }) => hasFaults(faults));
  const firstProblem = faulty[0]?.faults.firstProblem ?? null;
  return { system: scales[0]?.kind.name ?? '', figures, faults: faulty.length, firstProblem };
}

const over = (part: number | null, whole: number | null) =>
  part === null || whole === null || whole === 0 ? null : part / whole;

export const scaleTitle = (what: string) => `${what} (${shape.name}, ${load.ratePerSec} messages/s)`;
