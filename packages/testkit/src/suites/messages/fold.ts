/** Folds entries into the present state of messages, as a client does. Shares no code with the product. */
import type { HistoryEntry, MessageEvent } from '@plenum/protocol';

export interface FoldedMessage {
  readonly text: string | null;
  readonly isOpen: boolean;
  readonly edits: number;
  readonly editedAt: string | null;
  /** By reaction: the count, and whether the reader is one of them. */
  readonly reactions: Readonly<Record<string, { readonly count: number; readonly me: boolean }>>;
  readonly takenDown: { readonly by: string; readonly at: string; readonly reason: string | null } | null;
  readonly stateSeq: number;
}

export type Folded = ReadonlyMap<number, FoldedMessage>;

const textOf = (parts: { message?: unknown; metadata?: unknown; mentions?: unknown }): string =>
  JSON.stringify([parts.message, parts.metadata ?? null, parts.mentions ?? null]);

const gone = { text: null, isOpen: false, edits: 0, editedAt: null, reactions: {} };

function readMessage(entry: Extract<HistoryEntry, { type: 'message' }>): FoldedMessage {
  if ('deleted' in entry) {
    const { deleted_by: by, deleted_at: at, reason = null, state_seq: stateSeq = 0 } = entry;
    return { ...gone, takenDown: { by, at, reason }, stateSeq };
  }
  const { edits = 0, edited_at: editedAt = null, state_seq: stateSeq = 0 } = entry;
  const reactions = Object.fromEntries(
    Object.entries(entry.reactions ?? {}).map(([name, { count, me = false }]) => [name, { count, me }]),
  );
  const isOpen = entry.open === true;
  return { text: textOf(entry), isOpen, edits, editedAt, reactions, takenDown: null, stateSeq };
}

function applied(message: FoldedMessage, change: MessageEvent, reader: string): FoldedMessage {
  const { type, seq: stateSeq, timestamp } = change;
  if (message.takenDown !== null || stateSeq <= message.stateSeq) return message;
  if (type === 'deleted') {
    const takenDown = { by: change.actor_id, at: timestamp, reason: change.reason ?? null };
    return { ...gone, takenDown, stateSeq };
  }
  if (type === 'edited') {
    const text = change.deleted ? null : textOf(change);
    return { ...message, text, isOpen: false, edits: change.edits ?? 0, editedAt: timestamp, stateSeq };
  }
  if (type === 'appended') {
    const [text = '', ...rest] = JSON.parse(message.text ?? '[]');
    const isOpen = message.isOpen && change.done !== true;
    return { ...message, text: JSON.stringify([`${text}${change.text ?? ''}`, ...rest]), isOpen, stateSeq };
  }
  if (type === 'pinned' || type === 'unpinned') return message;
  const { reaction = '', count = 0 } = change;
  const { [reaction]: before, ...others } = message.reactions;
  const me = change.actor_id === reader ? type === 'reacted' : (before?.me ?? false);
  return {
    ...message,
    reactions: count === 0 ? others : { ...others, [reaction]: { count, me } },
    stateSeq,
  };
}

/** @param known what the reader has folded before */
export function fold(entries: readonly HistoryEntry[], reader: string, known: Folded = new Map()): Folded {
  const messages = new Map(known);
  for (const entry of entries) {
    if (entry.type === 'message') messages.set(entry.seq, readMessage(entry));
    else if ('target_seq' in entry) {
      const message = messages.get(entry.target_seq);
      if (message !== undefined) messages.set(entry.target_seq, applied(message, entry, reader));
    }
  }
  return messages;
}
