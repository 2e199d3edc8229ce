/** What is measured, and how members are laid out: `5x100` is 5 groups of 100 members, each with one socket. */
import { isProbeKind, type ProbeKind, probeKinds } from '../probes/probe.ts';

export interface Shape {
  readonly name: string;
  readonly groups: number;
  readonly membersPerGroup: number;
}

/** What is measured with a shape. */
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

export const sendersOf = ({ membersPerGroup }: Shape): number => Math.min(sendersMax, membersPerGroup);

/** @param window messages on the way per group; null: chosen by the shape. */
export function windowPerSender(shape: Shape, window: number | null): number {
  const perGroup = window ?? Math.max(inFlightPerGroup, Math.ceil(inFlight / shape.groups));
  return Math.max(1, Math.round(perGroup / sendersOf(shape)));
}
