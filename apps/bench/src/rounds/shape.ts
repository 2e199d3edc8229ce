/** How members are laid out: `5x100` is 5 groups of 100 members, each with one socket. */
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
