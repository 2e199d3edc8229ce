/** Measures what more nodes cost: the same load on one, two and three nodes. */
import { parseShape } from '../rounds/layout.ts';
import { loadRound } from '../rounds/load-round.ts';
import { hasFaults, type RoundFigures } from '../rounds/round-figures.ts';
import { type Figure, type Probe, type ProbeOptions, plenumIn } from './probe.ts';

const nodeCounts = [1, 2, 3] as const;
/** Far below what saturates one node: batches that grow with the load would hide what a delivery costs. */
const load = { kind: 'open', ratePerSec: 250 } as const;
const shape = parseShape('5x100');
/** Factor of the ramp's length: each of several nodes gets only a part of the load, so its code is compiled later. */
const warmUp = 4;
/** CPU counts 10 ms at a time, and a node has other things to do. */
const flat = { atLeast: 0.9, atMost: 1.1 };
/** One per message; a sweep may fall into the interval. */
const oneScript = { atLeast: 0.98, atMost: 1.02 };

async function run(context: ProbeOptions) {
  const plenum = plenumIn(context);
  const { timing } = context.bench;
  const rounds: RoundFigures[] = [];
  for (const nodeCount of nodeCounts) {
    context.onProgress(`  ${nodeCount} nodes …`);
    const bench = { ...context.bench, nodeCount, timing: { ...timing, rampMs: timing.rampMs * warmUp } };
    rounds.push(await loadRound(plenum, bench, { shape, load, areScriptsCounted: true }));
  }
  const [alone] = rounds;
  const figures = rounds.flatMap((round, i): Figure[] => {
    const nodes = `${nodeCounts[i]} node${i === 0 ? '' : 's'}`;
    const [cpu, base] = [round.nodeCpuUsPerDelivery, alone?.nodeCpuUsPerDelivery ?? null];
    return [
      { name: `${nodes}: CPU per delivery`, value: cpu, unit: 'us' },
      ...(i === 0
        ? []
        : [{ name: `${nodes}: CPU per delivery / 1 node`, value: over(cpu, base), unit: '', target: flat }]),
      { name: `${nodes}: scripts per message`, value: round.scriptsPerMessage, unit: '', target: oneScript },
    ];
  });
  const faulty = rounds.filter(({ faults }) => hasFaults(faults));
  const firstProblem = faulty[0]?.faults.firstProblem ?? null;
  return [{ system: plenum.name, figures, faults: faulty.length, firstProblem }];
}

const over = (part: number | null, whole: number | null) =>
  part === null || whole === null || whole === 0 ? null : part / whole;

export const nodesProbe: Probe = {
  title: `1 to 3 nodes (${shape.name}, ${load.ratePerSec} messages/s)`,
  roundsMax: 5,
  run,
};
