/**
 * Measures what more processes cost: the same load on one and on several, by CPU per delivery and scripts per message. More
 * processes on the same cores cost any program more (switches, cold caches, wake-ups), so bare Socket.IO runs at the same
 * scales in the same round, and the target is for our ratio as a part of its ratio.
 */
import { parseShape } from '../rounds/layout.ts';
import { loadRound } from '../rounds/load-round.ts';
import { hasFaults, type RoundFigures } from '../rounds/round-figures.ts';
import { classicBaseline } from '../systems/bare-system.ts';
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
  /** Of bare Socket.IO: as many nodes. */
  readonly processes: number;
  readonly kind: SystemKind;
  readonly nodeCount: number;
}

interface ScaleRound {
  readonly name: string;
  readonly own: RoundFigures;
  readonly bare: RoundFigures;
}

/** @param scales the first one is what the others are compared with */
export async function scaleFigures(
  context: ProbeOptions,
  scales: readonly Scale[],
): Promise<readonly ProbeFigures[]> {
  const rounds: ScaleRound[] = [];
  for (const { name, processes, kind, nodeCount } of scales) {
    context.onProgress(`  ${name} …`);
    const own = await roundOf(context, kind, nodeCount);
    const bare = await roundOf(context, classicBaseline, processes);
    rounds.push({ name, own, bare });
  }
  const system = scales[0]?.kind.name ?? '';
  return [
    { system, figures: ownFigures(rounds), ...faultsOf(rounds.map(({ own }) => own)) },
    {
      system: classicBaseline.name,
      figures: bareFigures(rounds),
      ...faultsOf(rounds.map(({ bare }) => bare)),
    },
  ];
}

function roundOf({ bench }: ProbeOptions, kind: SystemKind, nodeCount: number): Promise<RoundFigures> {
  const timing = { ...bench.timing, rampMs: bench.timing.rampMs * warmUp };
  return loadRound(
    kind,
    { ...bench, nodeCount, timing },
    { shape, load, areScriptsCounted: kind !== classicBaseline },
  );
}

function ownFigures(rounds: readonly ScaleRound[]): readonly Figure[] {
  const [base] = rounds;
  return rounds.flatMap(({ name, own, bare }): Figure[] => {
    const ratio = over(own.nodeCpuUsPerDelivery, base?.own.nodeCpuUsPerDelivery);
    const bareRatio = over(bare.nodeCpuUsPerDelivery, base?.bare.nodeCpuUsPerDelivery);
    const compared: Figure[] = [
      { name: `${name}: CPU per delivery / ${base?.name}`, value: ratio, unit: '' },
      { name: `${name}: that as a part of B0's`, value: over(ratio, bareRatio), unit: '', target: flat },
    ];
    return [
      { name: `${name}: CPU per delivery`, value: own.nodeCpuUsPerDelivery, unit: 'us' },
      ...(own === base?.own ? [] : compared),
      { name: `${name}: scripts per message`, value: own.scriptsPerMessage, unit: '', target: oneScript },
    ];
  });
}

function bareFigures(rounds: readonly ScaleRound[]): readonly Figure[] {
  const [base] = rounds;
  return rounds.flatMap(({ name, bare }): Figure[] => {
    const ratio = over(bare.nodeCpuUsPerDelivery, base?.bare.nodeCpuUsPerDelivery);
    return [
      { name: `${name}: CPU per delivery`, value: bare.nodeCpuUsPerDelivery, unit: 'us' },
      ...(bare === base?.bare
        ? []
        : [{ name: `${name}: CPU per delivery / ${base?.name}`, value: ratio, unit: '' }]),
    ];
  });
}

function faultsOf(rounds: readonly RoundFigures[]): Pick<ProbeFigures, 'faults' | 'firstProblem'> {
  const faulty = rounds.filter(({ faults }) => hasFaults(faults));
  return { faults: faulty.length, firstProblem: faulty[0]?.faults.firstProblem ?? null };
}

const over = (part: number | null, whole: number | null | undefined) =>
  part === null || whole === null || whole === undefined || whole === 0 ? null : part / whole;

export const scaleTitle = (what: string) => `${what} (${shape.name}, ${load.ratePerSec} messages/s)`;
