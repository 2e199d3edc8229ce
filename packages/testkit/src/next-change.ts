/** Chooses the next change of a message by a member, from what its device has got: most of them may be made. */
import type { HistoryEntry } from '@plenum/protocol';
import type { ChangeAttempt } from './history-checker/history.ts';

export interface NextChange {
  readonly operation: ChangeAttempt['operation'];
  readonly targetSeq: number;
  /** The type of the request, and its arguments. */
  readonly request: string;
  readonly args: object;
}

export interface Changer {
  readonly userId: string;
  readonly groupId: string;
  /** What its device has got of the group, in the order of arrival. */
  readonly entries: readonly HistoryEntry[];
  /** How often it tries to pin, 0 to 1. */
  readonly pins: number;
  /** From 0 to 1. Default: Math.random. */
  readonly draw?: () => number;
}

const requests = {
  edit: 'edit_message',
  take_down: 'delete_message',
  react: 'react',
  unreact: 'unreact',
  pin: 'pin_message',
  unpin: 'unpin_message',
} as const;

/** Only the messages of the last entries: of old ones hardly any is left. */
const lastEntries = 60;
const reactions = ['👍', '👎', '🎉'];
let made = 0;

const oneOf = <T>(choices: readonly T[], draw: () => number): T | null =>
  choices[Math.floor(draw() * choices.length)] ?? null;

/** @returns null: the device has got no message yet */
export function nextChange({
  userId,
  groupId,
  entries,
  pins,
  draw = Math.random,
}: Changer): NextChange | null {
  const messages = entries.slice(-lastEntries).filter((entry) => entry.type === 'message');
  const ownMessages = messages.filter((entry) => entry.from_user_id === userId);
  const message = (draw() < 0.5 ? oneOf(ownMessages, draw) : null) ?? oneOf(messages, draw);
  if (message === null) return null;
  const own = ['edit', 'edit', 'edit', 'take_down'] as const;
  const others = ['react', 'react', 'unreact'] as const;
  const operation = oneOf(
    [
      ...(message.from_user_id === userId ? own : []),
      ...others,
      ...(draw() < pins ? (['pin'] as const) : []),
    ],
    draw,
  );
  if (operation === null) return null;
  made += 1;
  const args = {
    ...{ group_id: groupId, message_id: message.message_id },
    ...(operation === 'edit' ? { message: `text ${made}`, metadata: { made } } : {}),
    ...(operation === 'react' || operation === 'unreact' ? { reaction: oneOf(reactions, draw) } : {}),
  };
  return { operation, targetSeq: message.seq, request: requests[operation], args };
}
