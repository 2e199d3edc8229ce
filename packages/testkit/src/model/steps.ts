/** Generates the steps of a run: operations, retries, and pairs of operations with a known common result. */
import { type GroupType, SERVICE } from '@plenum/protocol';
import * as fc from 'fast-check';
import {
  banCommand,
  createCommand,
  demoteCommand,
  joinCommand,
  muteCommand,
  promoteCommand,
  unbanCommand,
  unmuteCommand,
} from '../commands.ts';
import { ask, groupId, userId } from './asks.ts';
import { type Attempt, messageAsk } from './message-asks.ts';
import type { World } from './world.ts';

/** A step in the form that fast-check runs, shrinks and prints. */
export class Step implements fc.AsyncCommand<World, World> {
  readonly #text: string;
  readonly #act: (world: World) => Promise<unknown>;

  constructor(text: string, act: (world: World) => Promise<unknown>) {
    this.#text = text;
    this.#act = act;
  }

  check = (): boolean => true;
  run = async (world: World): Promise<void> => void (await this.#act(world));
  toString = (): string => this.#text;
}

const opposites = fc.constantFrom(
  ['mute', muteCommand, unmuteCommand] as const,
  ['promote', promoteCommand, demoteCommand] as const,
  ['ban', banCommand, unbanCommand] as const,
);
const thereAndBack = fc.tuple(opposites, groupId, userId).map(([[name, there, back], id, who]) => {
  const given = { groupId: id, actor: SERVICE, userId: who };
  const text = `${name} ${id} ${who} and back`;
  return new Step(text, (world) => world.thereAndBack([there(given), back(given)], who));
});

/** The first steps of every run: `u0` creates the first group, and `u1` becomes a member of it. */
export const beginning = (type: GroupType): readonly Attempt[] => [
  createCommand({ groupId: 'g0', actor: 'u0', groupType: type }),
  joinCommand({ groupId: 'g0', userId: 'u1', actor: SERVICE, admit: true }),
];

const once = ask.map(({ text, attempt }) => new Step(text, (world) => world.ask(attempt)));
const twice = ask.map(({ text, attempt }) => new Step(`twice ${text}`, (world) => world.askTwice(attempt)));
const onMessage = messageAsk.map((one) => new Step(one.text, (world) => world.ask(world.attemptOf(one))));
const onMessageTwice = messageAsk.map(
  (one) => new Step(`twice ${one.text}`, (world) => world.askTwice(world.attemptOf(one))),
);
const again = fc
  .nat({ max: 99 })
  .map((index) => new Step(`again what was asked as number ${index}`, (world) => world.askAgain(index)));
const leaveAndJoin = fc
  .tuple(groupId, userId)
  .map(([id, who]) => new Step(`leave and join ${id} ${who}`, (world) => world.leaveAndJoin(id, who)));

const levels = fc.record({
  level: fc.constantFrom('all' as const, 'mentions' as const, 'none' as const),
  forMs: fc.constantFrom(null, 3_600_000, -1000),
});
const setLevel = fc
  .tuple(groupId, userId, levels)
  .map(
    ([id, who, level]) =>
      new Step(`notify ${id} ${who} ${JSON.stringify(level)}`, (world) => world.setLevel(id, who, level)),
  );
const places = fc.record({ seq: fc.nat({ max: 15 }), mayFall: fc.boolean(), epoch: fc.constant(null) });
const mark = fc
  .tuple(groupId, userId, places)
  .map(
    ([id, who, place]) =>
      new Step(`mark ${id} ${who} ${JSON.stringify(place)}`, (world) => world.mark(id, who, place)),
  );

/** One step of a run. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: once },
  { weight: 9, arbitrary: onMessage },
  { weight: 4, arbitrary: twice },
  { weight: 2, arbitrary: onMessageTwice },
  { weight: 3, arbitrary: again },
  { weight: 1, arbitrary: leaveAndJoin },
  { weight: 2, arbitrary: thereAndBack },
  { weight: 1, arbitrary: setLevel },
  { weight: 1, arbitrary: mark },
);
