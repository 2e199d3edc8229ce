/** Generates changes of messages, and messages with more than a text: their targets are messages of the run. */
import type { MessageCommand, MessageTarget } from '@plenum/core';
import { SERVICE, userIdSchema } from '@plenum/protocol';
import * as fc from 'fast-check';
import { type Attempt as GroupAttempt, messageDraft } from '../commands.ts';
import {
  appendCommand,
  editCommand,
  pinCommand,
  reactCommand,
  takeDownCommand,
  unpinCommand,
  unreactCommand,
} from '../message-commands.ts';
import { momentMs, userNames } from './cast.ts';

/** What a run asks: with a request id, on a group or on a message. */
export type Attempt = GroupAttempt | MessageCommand;

/** An ask about a message of the run. */
export interface MessageAsk {
  readonly text: string;
  readonly groupId: string;
  /** Which of the messages that were sent to the group, counted from the newest. */
  readonly back: number;
  /** True: only messages that have reached their end are counted. */
  readonly isOfExpired?: boolean;
  readonly attempt: (target: MessageTarget) => Attempt;
}

/** Mostly the first users, because others are often not in the group. */
const user = fc.constantFrom('u0', 'u0', 'u1', 'u1', 'u2', 'u3');
const actor = fc.oneof(
  { weight: 6, arbitrary: user },
  { weight: 1, arbitrary: fc.constant<string>(SERVICE) },
);
const back = fc.nat({ max: 4 });
const groupId = fc.constantFrom('g0', 'g0', 'g0', 'g0', 'g1');
const sharedId = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ requestId: fc.constantFrom('r0', 'r1', 'r2') }) },
);
const text = fc.constantFrom('hello', 'other', '"}]☃\u2028\n\t');
const metadata = fc.constantFrom('{}', '{"a":[],"n":1e+21,"s":"\\t\\n"}');
/** Users of the run and one of no group. */
const mentions = fc.subarray([...userNames.map(String), 'nobody']);
/** Two texts of one reaction, names that objects have already, and what JSON escapes. */
const reaction = fc.constantFrom('👍', '\u00e9', 'e\u0301', '__proto__', '"\t');

interface OnTarget {
  readonly groupId: string;
  readonly target: MessageTarget;
}

const asking = <G extends object>(
  operation: string,
  build: (given: G & OnTarget) => Attempt,
  given: fc.Arbitrary<G>,
): fc.Arbitrary<MessageAsk> =>
  fc.tuple(groupId, back, given, sharedId).map(([id, nth, rest, request]) => ({
    text: `${operation} ${JSON.stringify({ groupId: id, back: nth, ...rest, ...request })}`,
    groupId: id,
    back: nth,
    attempt: (target) => build({ groupId: id, target, ...rest, ...request }),
  }));

const byUser = fc.record({ actor: user });
const byAnyone = fc.record({ actor });
const editing = fc.record(
  { actor: user, message: text, metadata, mentions },
  { requiredKeys: ['actor', 'message'] },
);
const reacting = fc.record({ actor: user, reaction });
const appending = fc.record({ actor: user, text, isDone: fc.boolean() });
const takingDown = fc.record(
  { actor, reason: fc.constantFrom('spam', '"☃"\n') },
  { requiredKeys: ['actor'] },
);
/** The long one outlasts a run. */
const expiresInMs = fc.constantFrom(momentMs, 3_600_000);
const sending = fc.record(
  {
    sender: user,
    message: text,
    metadata,
    mentions,
    expiresInMs,
    isReply: fc.boolean(),
    isOpen: fc.boolean(),
    isEphemeral: fc.boolean(),
  },
  { requiredKeys: ['sender', 'message'] },
);

/** A message id has the epoch that the engine gave; a side puts its own there. */
export const idOfTarget = ({ epoch, seq }: MessageTarget): string => `${epoch}-${seq}`;

/** @returns the target in an id of `idOfTarget` */
export function targetIn(id: string): MessageTarget {
  const at = id.lastIndexOf('-');
  return { epoch: id.slice(0, at), seq: Number(id.slice(at + 1)) };
}

/** As the owner of the partition does it. */
const closing = asking(
  'close',
  (given) => appendCommand({ ...given, actor: SERVICE, text: '', isDone: true }),
  fc.constant({}),
);
const ending = asking(
  'expire',
  (given) => ({ ...takeDownCommand({ ...given, actor: SERVICE, reason: 'expired' }), isExpired: true }),
  fc.constant({}),
).map((ask) => ({ ...ask, isOfExpired: true }));

export const messageAsk: fc.Arbitrary<MessageAsk> = fc.oneof(
  { weight: 6, arbitrary: asking('edit', editCommand, editing) },
  { weight: 3, arbitrary: asking('take down', takeDownCommand, takingDown) },
  { weight: 6, arbitrary: asking('react', reactCommand, reacting) },
  { weight: 4, arbitrary: asking('unreact', unreactCommand, reacting) },
  { weight: 3, arbitrary: asking('pin', pinCommand, byAnyone) },
  { weight: 2, arbitrary: asking('unpin', unpinCommand, byAnyone) },
  { weight: 1, arbitrary: asking('edit of another', editCommand, byUser) },
  { weight: 6, arbitrary: asking('append', appendCommand, appending) },
  { weight: 2, arbitrary: closing },
  { weight: 3, arbitrary: ending },
  {
    weight: 6,
    arbitrary: asking(
      'send',
      ({ target, metadata: given = null, mentions: named = [], isReply = false, ...rest }) => {
        const { isOpen = false, expiresInMs: span = null, isEphemeral = false, ...draft } = rest;
        return messageDraft({
          ...draft,
          isEphemeral,
          extras: {
            isOpen: isOpen && !isEphemeral,
            expiresInMs: isEphemeral ? null : span,
            metadata: given,
            mentions: named.map((name) => userIdSchema.parse(name)),
            replyTo: isReply ? idOfTarget(target) : null,
          },
        });
      },
      sending,
    ),
  },
);

export const isMessageCommand = (attempt: Attempt): attempt is MessageCommand => 'target' in attempt;
