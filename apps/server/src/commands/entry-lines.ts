/** Entries of a log as lines for a terminal. */
import type { GroupEvent, MessageEvent, MessageHistoryEntry, PushPayload } from '@plenum/protocol';

/** Characters that would move the cursor, begin a new line, or change the direction of the text. */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const escaped = (character: string): string =>
  character === '\n' ? '\\n' : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

const printable = (text: string): string => text.replaceAll(unprintable, escaped);

/** Formats a message: `3 2026-01-01T00:00:00.000Z ann: Hello` */
export function messageLine(entry: MessageHistoryEntry): string {
  const { seq, timestamp, from_user_id, message } = entry;
  const edited = 'edits' in entry ? ' (edited)' : '';
  return `${seq} ${timestamp} ${from_user_id}: ${printable(message ?? '(taken down)')}${edited}`;
}

/** Formats an ephemeral message: `- 2026-01-01T00:00:00.000Z ann: Hello (ephemeral)` */
export const ephemeralLine = ({
  timestamp,
  from_user_id,
  message,
}: PushPayload<'ephemeral_message'>): string =>
  `- ${timestamp} ${from_user_id}: ${printable(message)} (ephemeral)`;

/** Formats a change of a message: `9 2026-01-01T00:00:00.000Z * bob reacted with 👍 to 3 (2)` */
export function changeLine(change: MessageEvent): string {
  const { seq, timestamp, actor_id } = change;
  return printable(`${seq} ${timestamp} * ${actor_id} ${whatChanged(change)}`);
}

function whatChanged({
  type,
  target_seq,
  message,
  text,
  done,
  reaction,
  count,
  reason,
}: MessageEvent): string {
  switch (type) {
    case 'edited':
      return `edited ${target_seq}: ${message ?? '(taken down)'}`;
    case 'appended':
      return `appended to ${target_seq}: ${text ?? ''}${done === true ? ' (done)' : ''}`;
    case 'deleted':
      return `took down ${target_seq}${reason === undefined ? '' : ` (${reason})`}`;
    case 'reacted':
      return `reacted with ${reaction} to ${target_seq} (${count})`;
    case 'unreacted':
      return `took back ${reaction} from ${target_seq} (${count})`;
    default:
      return `${type} ${target_seq}`;
  }
}

/** Formats a membership change: `7 2026-01-01T00:00:00.000Z * eve muted by ada until … (reason)` */
export function eventLine(event: GroupEvent): string {
  const { seq, timestamp, type, user_id, actor_id, reason, changes, members } = event;
  const until = event.muted_until ?? event.banned_until;
  const parts = [
    `${seq} ${timestamp} * ${user_id} ${type}`,
    ...(actor_id === undefined || actor_id === user_id ? [] : [`by ${actor_id}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
    ...(changes === undefined ? [] : [JSON.stringify(changes)]),
    ...(members ?? []).map((one) => `${one.user_id}=${one.status}`),
    ...(reason === undefined ? [] : [`(${reason})`]),
  ];
  return printable(parts.join(' '));
}
