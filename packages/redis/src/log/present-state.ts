/**
 * Puts the present state of a message into its entry: the text as it was last edited, and its reactions. The form of a
 * record is written in lua/lib/message-states.lua.
 */
import { isoTime, isPast, type KnownState, tombstoneOf } from '@plenum/core';
import { presentMessageSchema, relayMessagePushSchema } from '@plenum/protocol';
import { z } from 'zod';
import type { KnownWords } from '../script-calls/index.ts';

interface Reaction {
  readonly shown: string;
  readonly count: number;
  /** Undefined: there is no reading user. */
  readonly isOwn: boolean | undefined;
}

/** A message as changes left it. */
interface State {
  readonly stateSeq: number;
  readonly edits: number;
  readonly editedAtMs: number;
  readonly isOpen: boolean;
  /** True: it was sent open, and no edit has closed it. */
  readonly isStreamed: boolean;
  /** What was appended to the text that was sent. */
  readonly appended: string;
  /** The fields of the edited text; empty if it was never edited. */
  readonly edited: Readonly<Record<string, unknown>>;
  readonly reactions: readonly Reaction[];
  /** True: the archive alone has the reactions. */
  readonly isArchived: boolean;
}

const headForm = /^([paof]) \S+ \S+ \S+ (\d+) (\d+) (\d+)$/;
/** @param json the inner part of a JSON string */
const textOf = (json: string): string => z.string().parse(JSON.parse(`"${json}"`));

const reactionForm = /^(\d+)\t[^\t]*\t([^\t]*)$/;

function stateOf(record: string, own: string): State | null {
  const [head = '', text = '', metadata = '', mentions = '', ...lines] = record.split('\n');
  const [, kind, stateSeq, edits, editedAtMs] = headForm.exec(head) ?? [];
  if (stateSeq === undefined) return null;
  const isArchived = kind === 'a';
  const isStreamed = kind !== 'p' && !isArchived;
  const appended = isStreamed ? textOf(text) : '';
  const edited = {
    ...(text === '' || isStreamed ? {} : { message: JSON.parse(text) }),
    ...(metadata === '' ? {} : { metadata: JSON.parse(metadata) }),
    ...(mentions === '' ? {} : { mentions: JSON.parse(mentions) }),
  };
  const reactions = lines.flatMap((line, place): Reaction[] => {
    const [, count, shown = ''] = reactionForm.exec(line) ?? [];
    if (count === undefined || Number(count) === 0) return [];
    const isOwn = own === '' ? undefined : own[place] === '1';
    return [{ shown: JSON.parse(shown), count: Number(count), isOwn }];
  });
  const numbers = { stateSeq: Number(stateSeq), edits: Number(edits), editedAtMs: Number(editedAtMs) };
  return { ...numbers, isOpen: kind === 'o', isStreamed, appended, edited, reactions, isArchived };
}

/** A reaction may be named `__proto__`, which an assignment would lose. */
const byReaction = (reactions: readonly Reaction[]) =>
  Object.fromEntries(
    reactions.map(({ shown, count, isOwn }) => [
      shown,
      isOwn === undefined ? { count } : { count, me: isOwn },
    ]),
  );

const bodySchema = presentMessageSchema.pick({ message: true, metadata: true, mentions: true });

/** @returns null if nothing of it is shown in the place of what an archive has */
export function knownState(known: KnownWords): KnownState | null {
  if (known.kind === 't') {
    const { deleted_by: deletedBy, deleted_at: deletedAt, ...rest } = known.tombstone;
    return { type: 'taken_down', deletedBy, deletedAt, ...rest };
  }
  const state = stateOf(known.record, known.own);
  if (state === null || state.isStreamed) return null;
  const { stateSeq, edits, editedAtMs, edited } = state;
  const reactions = state.isArchived ? null : byReaction(state.reactions);
  const edit = edits === 0 ? null : { edits, editedAt: isoTime(editedAtMs), body: bodySchema.parse(edited) };
  return { type: 'changed', stateSeq, edit, reactions };
}

const messageWire = z.looseObject({
  result: z.looseObject({
    timestamp: z.string(),
    message_id: z.string(),
    epoch: z.string(),
    seq: z.int(),
  }),
});

const parsed = (wire: Buffer): unknown => JSON.parse(wire.toString('utf8'));

/**
 * @param own one digit per line of reactions, 1 if the reading user has reacted; empty: no user reads
 * @returns the wire text of the message in its present state; the fields at its end stay there
 * @throws Error for a record or a wire of another form
 */
export function presentMessage(wire: Buffer, record: string, own: string): Buffer {
  const state = stateOf(record, own);
  if (state === null) throw new Error('the state of a message has an unknown form');
  const { result, ...outer } = messageWire.parse(parsed(wire));
  const { timestamp, message_id, epoch, seq, open: _, ...sent } = result;
  const isEdited = state.edits > 0;
  if (isEdited) for (const field of ['message', 'metadata', 'mentions']) delete sent[field];
  const present = {
    ...sent,
    ...(state.appended === '' ? {} : { message: `${sent['message']}${state.appended}` }),
    ...state.edited,
    ...(state.isOpen ? { open: true } : {}),
    ...(isEdited ? { edited_at: isoTime(state.editedAtMs), edits: state.edits } : {}),
    ...(state.reactions.length === 0 ? {} : { reactions: byReaction(state.reactions) }),
    state_seq: state.stateSeq,
    ...{ timestamp, message_id, epoch, seq },
  };
  return Buffer.from(JSON.stringify({ ...outer, result: present }));
}

/** The wire text of a message that has reached its end and is not taken down yet. */
export function tombstoneWire(wire: Buffer, expiresAt: string): Buffer {
  const { result, ...outer } = relayMessagePushSchema.parse(parsed(wire));
  const shown = 'deleted' in result ? result : tombstoneOf(result, expiresAt);
  return Buffer.from(JSON.stringify({ ...outer, result: shown }));
}

/**
 * @returns the wire text of an entry `edited` with the present text; without a text if the message was taken down or has
 * reached its end
 */
export function presentEdit(wire: Buffer, record: string, nowMs: number): Buffer {
  const entry = z.looseObject({}).parse(parsed(wire));
  const expiresAt = z.string().optional().parse(entry['expires_at']);
  const state = record === '' || isPast(expiresAt, nowMs) ? null : stateOf(record, '');
  return Buffer.from(JSON.stringify({ ...entry, ...(state === null ? { deleted: true } : state.edited) }));
}

/** @param json what was appended, as the inner part of a JSON string */
export function presentPiece(wire: Buffer, json: string, nowMs: number): Buffer {
  const entry = z.looseObject({}).parse(parsed(wire));
  const expiresAt = z.string().optional().parse(entry['expires_at']);
  const text = json === '' ? {} : { text: textOf(json) };
  return Buffer.from(JSON.stringify({ ...entry, ...(isPast(expiresAt, nowMs) ? { deleted: true } : text) }));
}
