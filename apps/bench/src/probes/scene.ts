/** What probes share: the system that they look into, and what the verdicts of a load say about it. */
import type { Verdict } from '../load/plan.ts';
import { faultsOf, hasFaults } from '../rounds/round-figures.ts';
import type { SystemKind } from '../systems/system.ts';
import type { ProbeContext, ProbeFigures } from './probe.ts';

/** @throws Error if there is none: probes look into what is ours. */
export function plenumIn({ systems }: ProbeContext): SystemKind {
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
