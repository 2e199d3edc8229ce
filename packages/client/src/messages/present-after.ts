/** The state of a message after a change, in the form in which the server returns messages. Pure functions. */
import type { MessageEvent, ReactionState } from '@plenum/protocol';
import type { MessageEntry } from '../groups/effects.ts';

/** A message as `get_message` and `history` return it. */
type Present = Extract<MessageEntry, { readonly message: string }>;
type Reactions = Readonly<Record<string, ReactionState>>;

export const isTakenDown = (message: MessageEntry): message is Exclude<MessageEntry, Present> =>
  'deleted' in message;
/** The seq of the newest change that this state includes; 0: it includes none. */
export const stateSeqOf = (message: MessageEntry): number => message.state_seq ?? 0;

/**
 * @param change of this message
 * @param reader the user for whom `me` of the reactions is; null: the reactions have no `me`
 * @returns the same object if the change is in this state already, or changes nothing in it
 */
export function presentAfter(
  message: MessageEntry,
  change: MessageEvent,
  reader: string | null,
): MessageEntry {
  if (change.seq <= stateSeqOf(message)) return message;
  // A message that has expired is read as a tombstone already before the entry that takes it down.
  if (change.type === 'deleted') return tombstone(message, change);
  if (isTakenDown(message)) return message;
  switch (change.type) {
    case 'edited':
      return edited(message, change);
    case 'appended':
      return appended(message, change);
    case 'reacted':
    case 'unreacted': {
      const { reaction = '', count = 0, seq: state_seq, actor_id, type } = change;
      const isMe = reader === null ? null : actor_id === reader ? type === 'reacted' : undefined;
      return { ...withReaction(message, reaction, { count, isMe }), state_seq };
    }
    default:
      return message;
  }
}

function tombstone(message: MessageEntry, { actor_id, timestamp, reason, seq }: MessageEvent): MessageEntry {
  const { type, request_id, group_id, message_id, from_user_id, epoch } = message;
  return {
    type,
    request_id,
    group_id,
    message_id,
    from_user_id,
    epoch,
    seq: message.seq,
    timestamp: message.timestamp,
    deleted: true,
    deleted_by: actor_id,
    deleted_at: timestamp,
    ...(reason === undefined ? {} : { reason }),
    state_seq: seq,
  };
}

/** Without a text: it was taken down or replaced by an edit, whose entry follows, or the message was only closed. */
function appended(message: Present, { text = '', done, seq: state_seq }: MessageEvent): MessageEntry {
  const { open, ...rest } = message;
  const isOpen = open === true && done !== true;
  return { ...rest, message: message.message + text, ...(isOpen ? { open } : {}), state_seq };
}

function edited(message: Present, change: MessageEvent): MessageEntry {
  // The text of an edit is gone if the message was taken down later. The entry of the take-down follows.
  if (change.message === undefined) return message;
  const { metadata: _, mentions: __, open: ___, ...rest } = message;
  return {
    ...rest,
    message: change.message,
    ...(change.metadata === undefined ? {} : { metadata: change.metadata }),
    ...(change.mentions === undefined ? {} : { mentions: change.mentions }),
    ...(change.edits === undefined ? {} : { edits: change.edits }),
    edited_at: change.timestamp,
    state_seq: change.seq,
  };
}

/** Reactions that are equal in the Unicode form NFC are the same reaction. */
const keyOf = (reaction: string): string => reaction.normalize('NFC');

/** @returns the state of the reaction on the message; undefined: no user has put it */
export const reactionOn = (reactions: Reactions, reaction: string): ReactionState | undefined =>
  Object.entries(reactions).find(([name]) => keyOf(name) === keyOf(reaction))?.[1];

/** @param isMe whether the reader has put it; undefined: as before; null: there is no reader */
export function withReaction(
  message: Present,
  reaction: string,
  { count, isMe }: { readonly count: number; readonly isMe: boolean | null | undefined },
): Present {
  const { reactions: before = {}, ...rest } = message;
  const me = isMe === undefined ? (reactionOn(before, reaction)?.me ?? false) : isMe;
  const state: ReactionState = me === null ? { count } : { count, me };
  const isKnown = reactionOn(before, reaction) !== undefined;
  const entries = Object.entries(before).map(([name, kept]): [string, ReactionState] => [
    name,
    keyOf(name) === keyOf(reaction) ? state : kept,
  ]);
  // `fromEntries` makes own fields of all names, `__proto__` too.
  const reactions = [...entries, ...(isKnown ? [] : [[reaction, state] as const])].filter(
    ([, { count }]) => count > 0,
  );
  return reactions.length === 0 ? rest : { ...rest, reactions: Object.fromEntries(reactions) };
}
