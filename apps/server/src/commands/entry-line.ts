/** Formats entries and notices of a group's log for a terminal: one line each, whatever a member has written. */
import type { MessageEntry, RecoveredNotice, ResyncNotice, SeqRange } from '@plenum/client';
import type { GroupEvent } from '@plenum/protocol';

/** Characters that would move the cursor, begin a new line, or change the direction of the text. */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const escaped = (character: string): string =>
  character === '\n' ? '\\n' : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

const printable = (text: string): string => text.replaceAll(unprintable, escaped);

export const messageLine = ({ seq, timestamp, from_user_id, message }: MessageEntry): string =>
  `${seq} ${timestamp} ${from_user_id}: ${printable(message)}`;

/** Formats a membership change: `7 2026-01-01T00:00:00.000Z * eve muted by ada until … (reason)` */
export function eventLine(event: GroupEvent): string {
  const { seq, timestamp, type, user_id, actor_id, reason, changes } = event;
  const until = event.muted_until ?? event.banned_until;
  const parts = [
    `${seq} ${timestamp} * ${user_id} ${type}`,
    ...(actor_id === undefined || actor_id === user_id ? [] : [`by ${actor_id}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
    ...(changes === undefined ? [] : [JSON.stringify(changes)]),
    ...(reason === undefined ? [] : [`(${reason})`]),
  ];
  return printable(parts.join(' '));
}

const rangeText = ({ from, to }: SeqRange): string =>
  from === to ? `entry ${from}` : `entries ${from} to ${to}`;

export const recoveredLine = ({ from_seq, head_seq }: RecoveredNotice): string =>
  from_seq > head_seq
    ? `recovered: nothing was missed up to seq ${head_seq}`
    : `recovered: ${rangeText({ from: from_seq, to: head_seq })}`;

export function resyncLine({ reason, from_seq, missing, revoked }: ResyncNotice): string {
  const parts = [
    ...(revoked === null ? [] : [`forget ${rangeText(revoked)}`]),
    ...(missing === null ? [] : [`${rangeText(missing)} cannot be had`]),
    from_seq === null ? 'nothing follows' : `continues from seq ${from_seq}`,
  ];
  return `resync (${reason}): ${parts.join(', ')}`;
}
