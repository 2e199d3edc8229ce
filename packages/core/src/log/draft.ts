/** A message before it is stored, and the outcomes of storing it. */
import type { EphemeralSent, GroupId, MessageSent, UserId } from '@plenum/protocol';
import type { Refused, RequestKey } from '../groups/commands.ts';
import { isoTime } from '../groups/records.ts';

/** What a message has besides its text. */
export interface MessageExtras {
  /** JSON text of an object. */
  readonly metadata: string | null;
  /** The id of the message to which this one replies: any printable text without a space, perhaps of no message. */
  readonly replyTo: string | null;
  /** Each user once, receivers or not. */
  readonly mentions: readonly UserId[];
  /** True: its sender appends to it until it is closed. */
  readonly isOpen: boolean;
  /** The message is taken down so many ms after it is stored; null: never. */
  readonly expiresInMs: number | null;
}

export interface MessageDraft {
  readonly groupId: GroupId;
  /** The user to whom the rules apply, on whose behalf the request is made; also the actor of the request key. */
  readonly sender: UserId;
  readonly request: RequestKey;
  /** Shape, size and UTF-8 were checked at the edge. */
  readonly message: string;
  /** True: the JSON text of `message` is `message` between quotes, because JSON escapes none of its characters. */
  readonly isUnescaped?: boolean;
  /** Undefined: a text alone, as most messages. */
  readonly extras?: MessageExtras | undefined;
  /** True: the message has no end, is not open, and is sent with `sendEphemeral`. */
  readonly isEphemeral?: boolean;
  /** The trace context that the stored message carries, version 00. */
  readonly traceparent?: string | undefined;
  /** True: takes a token of the sender's bucket. False: `admit` has taken it already, or rates are not limited. */
  readonly isRateLimited: boolean;
}

export interface Appended {
  readonly type: 'appended';
  readonly isDuplicate: boolean;
  readonly epoch: string;
  readonly seq: number;
  /** `<epoch>-<seq>` */
  readonly messageId: string;
  /** Members entitled to receive: active and muted, the sender and the offline ones included. */
  readonly recipientsCount: number;
  /** Engine clock, ms. */
  readonly timestampMs: number;
  /** Users of `mentions` who are no receivers. Undefined: none. */
  readonly mentionsDropped?: readonly UserId[] | undefined;
}
export type AppendOutcome = Appended | Refused;

/** An ephemeral message was published: it is stored nowhere. */
export interface Pushed extends Omit<Appended, 'type' | 'messageId'> {
  readonly type: 'pushed';
  /** Of the last entry before the message. */
  readonly seq: number;
}
export type PushOutcome = Pushed | Refused;
/** Of a message for the log, or of an ephemeral one. */
export type SentOutcome = AppendOutcome | PushOutcome;

/** The message may proceed: it is new, its sender may send, and a token was taken if one is needed. */
export interface Admitted {
  readonly type: 'admitted';
}
export type AdmitOutcome = Admitted | SentOutcome;

/** The answer to the sender. */
export const relayed = (sent: Appended | Pushed): MessageSent | EphemeralSent => ({
  status: 'relayed',
  recipients_count: sent.recipientsCount,
  ...(sent.type === 'pushed' ? {} : { message_id: sent.messageId, epoch: sent.epoch, seq: sent.seq }),
  timestamp: isoTime(sent.timestampMs),
  ...(sent.mentionsDropped === undefined ? {} : { mentions_dropped: [...sent.mentionsDropped] }),
});

/** The time of the last text: under load, many messages have the same millisecond. */
let lastMs = 0;
let lastTime = isoTime(lastMs);
function cachedIsoTime(ms: number): string {
  if (ms !== lastMs) {
    lastTime = isoTime(ms);
    lastMs = ms;
  }
  return lastTime;
}

/** The JSON text of `relayed` for a message without extras. No value in it needs an escape. */
export const relayedText = ({ recipientsCount, messageId, epoch, seq, timestampMs }: Appended): string =>
  `{"status":"relayed","recipients_count":${recipientsCount},"message_id":"${messageId}",` +
  `"epoch":"${epoch}","seq":${seq},"timestamp":"${cachedIsoTime(timestampMs)}"}`;
