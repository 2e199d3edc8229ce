/** Distributes members over groups and nodes: turns the shape of a load into the plan for the load processes. */
import { userIdOf } from '../load/generator.ts';
import type { MemberPlan, Plan } from '../load/plan.ts';
import type { RunningSystem } from '../systems/system.ts';

export interface Layout {
  readonly groups: number;
  readonly membersPerGroup: number;
  readonly sendersPerGroup: number;
  /** For groups in which an entry per join would be the whole load. */
  readonly areJoinsCounted?: boolean;
  /** As in {@link Plan}. */
  readonly arePlain?: boolean;
  /** Node of each member; default: in turn. */
  readonly nodeOf?: (group: number, member: number) => number;
  /** Nodes where a member goes when its own is lost; default: none. */
  readonly refugesOf?: (group: number, member: number) => readonly number[];
}

export interface PlanSettings extends Pick<Plan, 'frameBytes'> {
  /** 8 characters that no other run has. */
  readonly newRunId: () => string;
}

export async function planOf(
  system: RunningSystem,
  { newRunId, frameBytes }: PlanSettings,
  layout: Layout,
): Promise<Plan> {
  const runId = newRunId();
  const {
    groups,
    membersPerGroup,
    sendersPerGroup,
    areJoinsCounted = false,
    arePlain = false,
    nodeOf,
    refugesOf,
  } = layout;
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
    areJoinsCounted,
    arePlain,
    frameBytes,
    sources: sourcesFor(system),
    members: await Promise.all(members),
  };
}

/** Number of local addresses: Linux accepts all of 127.0.0.0/8, other systems only 127.0.0.1. */
const sourcesFor = ({ isOurs }: RunningSystem): number => (isOurs && process.platform === 'linux' ? 8 : 0);

/** The shape of a load: `5x100` is 5 groups of 100 members, each with one socket. */
export interface Shape {
  readonly name: string;
  readonly groups: number;
  readonly membersPerGroup: number;
}

const socketsMax = 20_000;
/** Senders of a group take turns, so that no single socket is what saturates. */
const sendersMax = 4;
/** Messages on the way at a time, over all groups and at least per group. */
const inFlight = 128;
const inFlightPerGroup = 4;

/** @throws Error with one sentence. */
export function parseShape(text: string): Shape {
  const [, groups, members] = /^(\d{1,4})x(\d{1,4})$/.exec(text) ?? [];
  const shape = { name: text, groups: Number(groups), membersPerGroup: Number(members) };
  const sockets = shape.groups * shape.membersPerGroup;
  if (sockets >= 1 && sockets <= socketsMax) return shape;
  throw new Error(
    `${JSON.stringify(text)} is no shape: write groups x members, such as 5x100 (at most ${socketsMax} sockets)`,
  );
}

export const sendersOf = ({ membersPerGroup }: Shape): number => Math.min(sendersMax, membersPerGroup);

/** @param window messages on the way per group; null: chosen by the shape. */
export function windowPerSender(shape: Shape, window: number | null): number {
  const perGroup = window ?? Math.max(inFlightPerGroup, Math.ceil(inFlight / shape.groups));
  return Math.max(1, Math.round(perGroup / sendersOf(shape)));
}
