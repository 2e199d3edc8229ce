/** Builds commands on a message: a test gives the fields that it needs, and the others get defaults. */
import type { AppendText, EditMessage, MessageTarget, PinMessage, React, TakeDown } from '@plenum/core';
import { groupIdSchema, reactionKey, userIdSchema } from '@plenum/protocol';
import { actorOf, keyOf, type Request } from './commands.ts';

interface OnMessage extends Request {
  readonly actor: string;
  readonly target: MessageTarget;
}

const base = <O extends string>(operation: O, given: OnMessage, payload: readonly unknown[] = []) => ({
  operation,
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor),
  request: keyOf(given, [operation, given.groupId, given.target, ...payload]),
  target: { epoch: given.target.epoch, seq: given.target.seq },
});

export const editCommand = (
  given: OnMessage & {
    readonly message?: string;
    /** JSON text. */
    readonly metadata?: string;
    readonly mentions?: readonly string[];
    /** Default: true. */
    readonly isRateLimited?: boolean;
  },
): EditMessage => {
  const { message = 'edited', metadata = null, mentions = null, isRateLimited = true } = given;
  return {
    ...base('edit', given, [message, metadata, mentions]),
    actor: userIdSchema.parse(given.actor),
    message,
    metadata,
    mentions: mentions?.map((userId) => userIdSchema.parse(userId)) ?? null,
    isRateLimited,
  };
};

export const appendCommand = (
  given: OnMessage & {
    readonly text?: string;
    readonly isDone?: boolean;
    readonly also?: AppendText['also'];
  },
): AppendText => {
  const { text = ' more', isDone = false, also = [] } = given;
  return { ...base('append', given, [text, isDone]), text, isDone, also };
};

export const takeDownCommand = (given: OnMessage & { readonly reason?: string }): TakeDown => ({
  ...base('take_down', given, [given.reason]),
  reason: given.reason ?? null,
});

const reacting =
  (operation: React['operation']) =>
  (given: OnMessage & { readonly reaction?: string }): React => {
    const { reaction = '👍' } = given;
    return {
      ...base(operation, given, [reaction]),
      actor: userIdSchema.parse(given.actor),
      reaction,
      reactionKey: reactionKey(reaction),
    };
  };
export const reactCommand = reacting('react');
export const unreactCommand = reacting('unreact');

const pinning =
  (operation: PinMessage['operation']) =>
  (given: OnMessage): PinMessage =>
    base(operation, given);
export const pinCommand = pinning('pin');
export const unpinCommand = pinning('unpin');
