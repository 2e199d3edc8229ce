/**
 * Decodes entries from Redis. A channel payload has the JSON form of Socket.IO's sharded adapter, but it is read as bytes
 * at fixed offsets: messages are never parsed, and a payload that does not match exactly is not an entry.
 *
 * {"uid":"plenum1 <m|e|c> <epoch 16> <seq 16> <recipients 10> <time ms 13> <actor> <request id>","nsp":"/","type":3,
 *  "data":{"packet":{"type":2,"data":["<event>",<wire>],"nsp":"/"},"opts":{"rooms":["<room>"],"except":[],"flags":{}}}}
 *
 * In a group where joins and leaves are no entries, the flags are {"v":<members version>}.
 */
import { isoTime, type LogEntry, messageId, messageOf } from '@plenum/core';
import { type GroupId, groupEventSchema, type UserId } from '@plenum/protocol';
import type { FoundExtra } from '../script-calls/index.ts';
import type { WrittenMessage } from './append-arguments.ts';

/** The fields of a payload that come before the wire text. */
export interface EntryHeader {
  readonly type: LogEntry['type'];
  readonly groupId: GroupId;
  readonly epoch: string;
  readonly seq: number;
  readonly recipientsCount: number;
  /** By Redis' clock, ms. */
  readonly timestampMs: number;
  /** The acting user; for a message, its sender. */
  readonly actor: string;
  /** Empty for an entry without a request. */
  readonly requestId: string;
}
export interface DecodedEntry {
  readonly header: EntryHeader;
  readonly entry: LogEntry;
}

const OPENING = '{"uid":"plenum1 ';
const TYPE_AT = OPENING.length;
const EPOCH_AT = TYPE_AT + 2;
const SEQ_AT = EPOCH_AT + 17;
const RECIPIENTS_AT = SEQ_AT + 17;
const TIME_AT = RECIPIENTS_AT + 11;
const ACTOR_AT = TIME_AT + 14;
/** The end of a header with the longest actor and the longest request id, fully escaped, in bytes. */
const HEADER_MAX = ACTOR_AT + 128 + 1 + 256 + 1;

const LETTER_M = 'm'.charCodeAt(0);

const fixedPart =
  /^[mec] [0-9a-f]{16} \d{16} \d{10} \d{13} ([A-Za-z0-9_.:@|+~=$-]{1,128}) ((?:[^"\\]|\\["\\])*)"/;
const openingOf = (event: string): string =>
  `,"nsp":"/","type":3,"data":{"packet":{"type":2,"data":["${event}",`;
/** By the first letter of a payload's fields, which is also the kind of the entry in the log. */
const kinds = {
  m: { type: 'message', opening: openingOf('relay_message') },
  e: { type: 'event', opening: openingOf('group_event') },
  c: { type: 'change', opening: openingOf('message_event') },
} as const;

/** @returns null for a letter of a later version */
export const typeOfKind = (kind: string): LogEntry['type'] | null =>
  kind === 'm' || kind === 'e' || kind === 'c' ? kinds[kind].type : null;

const closingOf = (room: string): string => `],"nsp":"/"},"opts":{"rooms":["${room}"],"except":[],"flags":{`;
const ENDING = '}}}}';
const versionFlag = /"v":(\d{1,16})\}\}\}\}$/;
const VERSION_FLAG_MAX = '"v":'.length + 16 + ENDING.length;

/** @returns where the wire text of a payload ends, and the members version that follows; null: it ends otherwise */
function endOfWire(
  payload: Buffer,
  closing: string,
): { readonly at: number; readonly version?: number } | null {
  const at = payload.length - closing.length - ENDING.length;
  if (holds(payload, at, closing + ENDING)) return { at };
  const length = Math.min(VERSION_FLAG_MAX, payload.length);
  const [flag, version] = versionFlag.exec(sliceAt(payload, payload.length - length, length)) ?? [];
  if (flag === undefined) return null;
  const versionedAt = payload.length - flag.length - closing.length;
  return holds(payload, versionedAt, closing) ? { at: versionedAt, version: Number(version) } : null;
}

const sliceAt = (bytes: Buffer, at: number, length: number): string =>
  bytes.toString('latin1', at, at + length);
const holds = (bytes: Buffer, at: number, text: string): boolean =>
  at >= 0 && at + text.length <= bytes.length && sliceAt(bytes, at, text.length) === text;

/** The place of the message in a payload, at fixed offsets; null: it is no message. Nothing else is checked. */
export function placeOfMessage(payload: Buffer): { readonly epoch: string; readonly seq: number } | null {
  if (payload.length < ACTOR_AT || payload[TYPE_AT] !== LETTER_M || !holds(payload, 0, OPENING)) return null;
  return { epoch: sliceAt(payload, EPOCH_AT, 16), seq: Number(sliceAt(payload, SEQ_AT, 16)) };
}

/**
 * Decodes the payloads of one group's channel. `wire` is a view into the payload.
 * @param room the Socket.IO room of the group
 * @returns null for a payload that no script of this service has published for this group; never throws
 */
export function entryDecoder(groupId: GroupId, room: string): (payload: Buffer) => DecodedEntry | null {
  const closing = closingOf(room);
  return (payload) => decode(payload, groupId, closing);
}

function decode(payload: Buffer, groupId: GroupId, closing: string): DecodedEntry | null {
  if (!holds(payload, 0, OPENING)) return null;
  const text = sliceAt(payload, TYPE_AT, Math.min(HEADER_MAX, payload.length) - TYPE_AT);
  const [header, actor, escapedId] = fixedPart.exec(text) ?? [];
  if (header === undefined || actor === undefined || escapedId === undefined) return null;
  const { type, opening } = text.startsWith('m') ? kinds.m : text.startsWith('e') ? kinds.e : kinds.c;
  const openingAt = TYPE_AT + header.length;
  const wireAt = openingAt + opening.length;
  const end = endOfWire(payload, closing);
  if (end === null || end.at < wireAt || !holds(payload, openingAt, opening)) return null;

  const seq = Number(sliceAt(payload, SEQ_AT, 16));
  const entry = entryOf({ type, groupId, seq, wire: payload.subarray(wireAt, end.at) });
  if (entry === null || entry.epoch !== sliceAt(payload, EPOCH_AT, 16)) return null;
  const recipientsCount = Number(sliceAt(payload, RECIPIENTS_AT, 10));
  return {
    header: {
      type,
      groupId,
      epoch: entry.epoch,
      seq,
      recipientsCount,
      timestampMs: Number(sliceAt(payload, TIME_AT, 13)),
      actor,
      requestId: escapedId.includes('\\') ? escapedId.replace(/\\(.)/g, '$1') : escapedId,
    },
    entry:
      end.version === undefined
        ? entry
        : { ...entry, members: { version: end.version, count: recipientsCount } },
  };
}

interface Stored {
  readonly type: LogEntry['type'];
  readonly groupId: GroupId;
  readonly seq: number;
  readonly wire: Buffer;
}

/** @returns the entry whose push payload is `wire`; null when the wire is not of that group, type and seq */
export function entryOf(stored: Stored): LogEntry | null {
  if (!Number.isSafeInteger(stored.seq)) return null;
  if (stored.type === 'message') return messageEntry(stored);
  return stored.type === 'event' ? eventEntry(stored) : changeEntry(stored);
}

/** Reads the epoch at the end of a message's wire, which always has the form `"epoch":"<16>","seq":<n>}}`. */
function messageEntry({ seq, wire }: Stored): LogEntry | null {
  const end = `","seq":${seq}}}`;
  const endAt = wire.length - end.length;
  const epochAt = endAt - 16;
  if (!holds(wire, 0, '{"request_id":') || !holds(wire, endAt, end)) return null;
  if (!holds(wire, epochAt - 9, '"epoch":"')) return null;
  return { type: 'message', epoch: sliceAt(wire, epochAt, 16), seq, wire };
}

/** Bytes in which the fields of a change that come first are. */
const CHANGE_HEAD_MAX = 640;
const changeHead =
  /^\{"group_id":"([^"]+)","type":"[a-z]+","message_id":"[^"]+","target_seq":\d+,"actor_id":"[^"]+","epoch":"([0-9a-f]{16})","seq":(\d+),"timestamp":"/;

function changeEntry({ groupId, seq, wire }: Stored): LogEntry | null {
  const head = sliceAt(wire, 0, Math.min(CHANGE_HEAD_MAX, wire.length));
  const [, group, epoch, ownSeq] = changeHead.exec(head) ?? [];
  if (group !== groupId || epoch === undefined || Number(ownSeq) !== seq) return null;
  return { type: 'change', epoch, seq, wire };
}

function eventEntry({ groupId, seq, wire }: Stored): LogEntry | null {
  const parsed = groupEventSchema.safeParse(parseJson(wire));
  if (!parsed.success || parsed.data.group_id !== groupId || parsed.data.seq !== seq) return null;
  return { type: 'event', epoch: parsed.data.epoch, seq, wire, event: parsed.data };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** How every wire head ends. */
const timestampField = '"timestamp":"';

/** The push payload of a message up to its timestamp; the script adds the rest. */
export function messageWireHead(message: {
  readonly groupId: GroupId;
  readonly sender: string;
  readonly requestId: string;
  readonly text: string;
  /** True: JSON escapes no character of `text`. */
  readonly isUnescaped?: boolean | undefined;
  /** JSON text of an object. */
  readonly metadata?: string | null | undefined;
  readonly traceparent?: string | undefined;
}): string {
  const { groupId, sender, requestId, text, isUnescaped = false, metadata = null, traceparent } = message;
  const textJson = isUnescaped ? `"${text}"` : JSON.stringify(text);
  return (
    `{"request_id":${JSON.stringify(requestId)},"success":true,"result":{"group_id":"${groupId}",` +
    `"from_user_id":"${sender}","message":${textJson},` +
    (metadata === null ? '' : `"metadata":${metadata},`) +
    (traceparent === undefined ? timestampField : `"traceparent":"${traceparent}",${timestampField}`)
  );
}

/** The fields of an ephemeral message up to its timestamp, each before a comma. */
export function ephemeralFields({
  sender,
  requestId,
  text,
  metadata,
}: {
  readonly sender: string;
  readonly requestId: string;
  readonly text: string;
  /** JSON text of an object; null: it has none. */
  readonly metadata: string | null;
}): string {
  return (
    `"request_id":${JSON.stringify(requestId)},"from_user_id":"${sender}","message":${JSON.stringify(text)},` +
    (metadata === null ? '' : `"metadata":${metadata},`)
  );
}

/** What of a wire head does not depend on what the script finds. */
export const knownHead = ({ wireHead, extra }: Pick<WrittenMessage, 'wireHead' | 'extra'>): string =>
  extra === undefined ? wireHead : wireHead.slice(0, -timestampField.length);

/** The wire head with what the script has found for the message. */
export function foundHead(
  message: Pick<WrittenMessage, 'wireHead' | 'extra'>,
  { found, timestampMs }: { readonly found: FoundExtra; readonly timestampMs: number },
): string {
  const { replyTo = null, mentions = [], expiresInMs = null, isOpen = false } = message.extra ?? {};
  let added = '';
  if (replyTo !== null && found.replySender !== null) {
    const seq = replyTo.slice(replyTo.lastIndexOf('-') + 1);
    added += `"reply":{"message_id":"${replyTo}","seq":${seq},"from_user_id":"${found.replySender}"},`;
  }
  const mentioned = mentions.filter((userId) => !found.dropped.includes(userId));
  if (mentioned.length > 0) added += `"mentions":${JSON.stringify(mentioned)},`;
  if (isOpen) added += '"open":true,';
  if (expiresInMs !== null) added += `"expires_at":"${isoTime(timestampMs + expiresInMs)}",`;
  return knownHead(message) + added + timestampField;
}

/** @returns those whom the message should mention and does not; undefined: none */
export function droppedMentions(
  { extra }: Pick<WrittenMessage, 'extra'>,
  entry: LogEntry,
): readonly UserId[] | undefined {
  if (extra === undefined || extra.mentions.length === 0 || entry.type !== 'message') return undefined;
  const { result } = messageOf(entry);
  const kept = new Set('deleted' in result ? [] : result.mentions);
  const dropped = extra.mentions.filter((userId) => !kept.has(userId));
  return dropped.length === 0 ? undefined : dropped;
}

/** The entry of a message, byte for byte as append-messages stores it. */
export function messageEntryAt(
  wireHead: string,
  { epoch, seq, timestampMs }: Pick<EntryHeader, 'epoch' | 'seq' | 'timestampMs'>,
): LogEntry {
  const id = messageId(epoch, seq);
  const tail = `${isoTime(timestampMs)}","message_id":"${id}","epoch":"${epoch}","seq":${seq}}}`;
  return { type: 'message', epoch, seq, wire: Buffer.from(wireHead + tail) };
}

const expiresField = '"expires_at":"';
/** Bytes of `expires_at` with the comma behind it, and those that follow it in every message, but for the two seqs. */
const EXPIRES_LENGTH = expiresField.length + 26;
const TAIL_LENGTH =
  `"timestamp":"${' '.repeat(24)}","message_id":"${' '.repeat(17)}","epoch":"${' '.repeat(16)}","seq":}}`
    .length;

/** @returns when the message with this wire text expires, without parsing it; undefined: never */
export function expiryOf({ seq, wire }: Pick<Stored, 'seq' | 'wire'>): string | undefined {
  const at = wire.length - TAIL_LENGTH - 2 * String(seq).length - EXPIRES_LENGTH;
  return holds(wire, at, expiresField) ? sliceAt(wire, at + expiresField.length, 24) : undefined;
}
