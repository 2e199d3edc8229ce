/** Chooses the next change of a message by a member, from what its device has got: most of them may be made. */
import type { ChangeAttempt } from '@plenum/testkit';
import type { Follower } from '../devices/follower.ts';

interface NextChange {
  readonly operation: ChangeAttempt['operation'];
  readonly targetSeq: number;
  readonly request: string;
  readonly args: object;
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
const lastEntries = 30;
const reactions = ['👍', '👎', '🎉'];
let made = 0;

const oneOf = <T>(choices: readonly T[]): T | null =>
  choices[Math.floor(Math.random() * choices.length)] ?? null;

/** @returns null: the device has got no message yet */
export function nextChange(follower: Follower, groupId: string): NextChange | null {
  const messages = follower
    .entriesOf(groupId)
    .slice(-lastEntries)
    .filter((entry) => entry.type === 'message');
  const message = oneOf(messages);
  if (message === null) return null;
  const isOwn = message.from_user_id === follower.userId;
  const own = ['edit', 'edit', 'edit', 'take_down'] as const;
  const others = ['react', 'react', 'unreact'] as const;
  // The first member is the admin, who pins; others are refused.
  const operation = oneOf([
    ...(isOwn ? own : []),
    ...others,
    ...(Math.random() < 0.2 ? (['pin'] as const) : []),
  ]);
  if (operation === null) return null;
  made += 1;
  const args = {
    ...{ group_id: groupId, message_id: message.message_id },
    ...(operation === 'edit' ? { message: `text ${made}`, metadata: { made } } : {}),
    ...(operation === 'react' || operation === 'unreact' ? { reaction: oneOf(reactions) } : {}),
  };
  return { operation, targetSeq: message.seq, request: requests[operation], args };
}
