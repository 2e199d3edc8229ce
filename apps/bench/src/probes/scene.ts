/** What probes share: members laid out over nodes, and what the verdicts of a load say about them. */
import { userIdOf } from '../load/generator.ts';
import type { MemberPlan, Plan, Verdict } from '../load/plan.ts';
import type { Bench } from '../rounds/load-round.ts';
import { sourcesFor } from '../rounds/load-round.ts';
import { faultsOf, hasFaults } from '../rounds/round-figures.ts';
import type { RunningSystem, SystemKind } from '../systems/system.ts';
import type { ProbeContext, ProbeFigures } from './probe.ts';

export interface Layout {
  readonly groups: number;
  readonly membersPerGroup: number;
  readonly sendersPerGroup: number;
  /** Node of each member; default: in turn. */
  readonly nodeOf?: (group: number, member: number) => number;
  /** Nodes where a member goes when its own is lost; default: none. */
  readonly refugesOf?: (group: number, member: number) => readonly number[];
}

export async function planOf(system: RunningSystem, bench: Bench, layout: Layout): Promise<Plan> {
  const runId = bench.newRunId();
  const { groups, membersPerGroup, sendersPerGroup, nodeOf, refugesOf } = layout;
  const urlOf = (node: number) => system.urls[node % system.urls.length] ?? '';
  const members = Array.from({ length: groups * membersPerGroup }, async (_, i): Promise<MemberPlan> => {
    const [group, member] = [Math.floor(i / membersPerGroup), i % membersPerGroup];
    const token = await system.token(userIdOf(runId, group, member));
    const refuges = (refugesOf?.(group, member) ?? []).map(urlOf);
    return { group, member, token, url: urlOf(nodeOf?.(group, member) ?? i), refuges };
  });
  return {
    dialect: system.dialect,
    runId,
    sendersPerGroup,
    frameBytes: bench.frameBytes,
    sources: sourcesFor(system),
    members: await Promise.all(members),
  };
}

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
