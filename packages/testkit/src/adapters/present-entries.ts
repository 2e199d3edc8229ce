/** The present state of the messages that a recording archive has saved, in the form of `history`. */
import {
  type ArchivedChange,
  type ArchiveEntry,
  type DeliveredMessage,
  isArchivedChange,
} from '@plenum/core';
import { type HistoryEntry, type MessageHistoryEntry, reactionKey, type UserId } from '@plenum/protocol';

/** Of two epochs the later one has the later times; within an epoch the seq counts. */
const inOrder = (a: ArchivedChange, b: ArchivedChange): number =>
  a.epoch === b.epoch ? a.seq - b.seq : a.timestamp.localeCompare(b.timestamp);

type Changes = readonly ArchivedChange[];

/** @param entries of one group, in any order */
export function presentEntries(entries: readonly ArchiveEntry[], reader: UserId | null): HistoryEntry[] {
  const changes = entries.filter(isArchivedChange).sort(inOrder);
  const changesOf = (messageId: string) => changes.filter(({ target }) => target.message_id === messageId);
  const shown = entries.map((entry) => {
    if (isArchivedChange(entry)) return presentChange(entry, changesOf(entry.target.message_id));
    if (entry.type === 'message') return presentMessage(entry, changesOf(entry.message_id), reader);
    const { message_id: _, ...event } = entry;
    return event;
  });
  return [...shown, ...lostMessages(entries, changes)];
}

const ownText = ({ message, metadata, mentions }: ArchivedChange) => ({
  ...(message === undefined ? {} : { message }),
  ...(metadata === undefined ? {} : { metadata }),
  ...(mentions === undefined ? {} : { mentions }),
});

function presentChange({ target, ...change }: ArchivedChange, changes: Changes): HistoryEntry {
  const { message: _text, metadata: _metadata, mentions: _mentions, ...told } = change;
  const shown = { ...told, message_id: target.message_id };
  if (change.type !== 'edited') return shown;
  if (changes.some(({ type }) => type === 'deleted')) return { ...shown, deleted: true };
  const last = changes.findLast(({ type }) => type === 'edited');
  return { ...shown, ...(last === undefined ? {} : ownText(last)) };
}

function presentMessage(
  sent: DeliveredMessage,
  changes: Changes,
  reader: UserId | null,
): MessageHistoryEntry {
  const state = changes.filter(({ type }) => type !== 'pinned' && type !== 'unpinned').at(-1);
  const stateSeq = state === undefined ? {} : { state_seq: state.seq };
  const takeDown = changes.find(({ type }) => type === 'deleted');
  if (takeDown !== undefined) return { ...tombstone(sent, takeDown), ...stateSeq };
  const edit = changes.findLast(({ type }) => type === 'edited');
  const { open: _open, ...closed } = sent;
  const last = changes.findLast(({ type, message }) => type === 'appended' && message !== undefined);
  const whole = last?.message === undefined ? {} : { message: last.message };
  const shown = { ...closed, ...whole, ...reactionsOf(changes, reader), ...stateSeq };
  if (edit === undefined) return shown;
  const { metadata: _metadata, mentions: _mentions, ...rest } = shown;
  const edits = { edits: edit.edits ?? 1, edited_at: edit.timestamp };
  return { ...rest, ...edits, ...ownText(edit) };
}

function tombstone(
  sent: DeliveredMessage,
  { actor_id, timestamp, reason }: ArchivedChange,
): MessageHistoryEntry {
  const { message: _text, metadata: _metadata, mentions: _mentions, reply: _reply, ...place } = sent;
  const why = reason === undefined ? {} : { reason };
  return { ...place, deleted: true, deleted_by: actor_id, deleted_at: timestamp, ...why };
}

function reactionsOf(changes: Changes, reader: UserId | null): object {
  const counts = new Map<
    string,
    { readonly reaction: string; readonly count: number; readonly me?: boolean }
  >();
  for (const { type, reaction = '', count = 0, actor_id } of changes) {
    if (type !== 'reacted' && type !== 'unreacted') continue;
    const key = reactionKey(reaction);
    const before = counts.get(key);
    const me = actor_id === reader ? type === 'reacted' : (before?.me ?? false);
    counts.set(key, { reaction, count, ...(reader === null ? {} : { me }) });
    if (count === 0) counts.delete(key);
  }
  const listed = [...counts.values()].map(({ reaction, ...state }) => [reaction, state]);
  return listed.length === 0 ? {} : { reactions: Object.fromEntries(listed) };
}

/** Tombstones of messages that a take-down has removed on their way to the archive. */
function lostMessages(entries: readonly ArchiveEntry[], changes: Changes): HistoryEntry[] {
  const saved = new Set(entries.map(({ message_id }) => message_id));
  return changes.flatMap(({ target, target_seq, group_id, ...change }) => {
    const { message_id, sent } = target;
    if (change.type !== 'deleted' || sent === undefined || saved.has(message_id)) return [];
    const epoch = message_id.slice(0, -`-${target_seq}`.length);
    const place = {
      type: 'message' as const,
      group_id,
      message_id,
      epoch,
      seq: target_seq,
      message: '',
      ...sent,
    };
    const takeDown = { ...change, target, target_seq, group_id };
    return [{ ...tombstone(place, takeDown), state_seq: change.seq }];
  });
}
