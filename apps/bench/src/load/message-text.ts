/** Writes and reads the text of a bench message: sender, number and due time, each with a fixed width. */
import { digitsAt } from '../wire/digits.ts';
import type { DialectName } from './plan.ts';

const senderDigits = 4;
const numberDigits = 10;
const sentUsDigits = 16;
const numberAt = senderDigits + 1;
const sentUsAt = numberAt + numberDigits + 1;
const shortestText = sentUsAt + sentUsDigits + 1;

export interface BenchMessage {
  /** Member number within the group. */
  readonly sender: number;
  /** From 1, per sender. */
  readonly number: number;
  /** On the clock of `nowUs`. */
  readonly sentUs: number;
}

const padded = (value: number, digits: number) => String(value).padStart(digits, '0');

export function messageText({ sender, number, sentUs }: BenchMessage, length: number): string {
  const text = `${padded(sender, senderDigits)}:${padded(number, numberDigits)}:${padded(sentUs, sentUsDigits)}:`;
  return text.padEnd(length, 'x');
}

export const senderIn = (bytes: Buffer, at: number) => digitsAt(bytes, at, senderDigits);
export const numberIn = (bytes: Buffer, at: number) => digitsAt(bytes, at + numberAt, numberDigits);
export const sentUsIn = (bytes: Buffer, at: number) => digitsAt(bytes, at + sentUsAt, sentUsDigits);

export const isMessageText = (text: unknown): text is string =>
  typeof text === 'string' && /^\d{4}:\d{10}:\d{16}:x*$/.test(text);

const marker = Buffer.from('"message":"');
const quote = 0x22;

/** Finds the text in packets of one group. It tries the last offset first, which is nearly always right. */
export class TextFinder {
  #offset = 0;

  /** @returns where the text begins, or −1. */
  find(bytes: Buffer, start: number, end: number): number {
    const guess = start + this.#offset;
    if (this.#offset > 0 && guess < end && this.#isAt(bytes, guess)) return guess;
    const found = bytes.indexOf(marker, start);
    if (found < 0 || found >= end) return -1;
    this.#offset = found + marker.length - start;
    return found + marker.length;
  }

  #isAt(bytes: Buffer, at: number): boolean {
    // `:"` behind `message"` and nowhere else in front of a colon that follows four digits.
    return bytes[at - 1] === quote && bytes[at - 4] === 0x65 && bytes[at + senderDigits] === 0x3a;
  }
}

interface Ids {
  readonly groupId: string;
  readonly userId: string;
}

/** What a receiver gets, without the text. */
const packetOf: Readonly<Record<DialectName, (ids: Ids) => string>> = {
  bare: ({ groupId, userId }) => relayed({ group_id: groupId, from_user_id: userId, message: '' }),
  plenum: ({ groupId, userId }) =>
    relayed({
      request_id: 'm0000000001',
      success: true,
      result: {
        group_id: groupId,
        from_user_id: userId,
        message: '',
        timestamp: '2025-01-15T10:30:00.000Z',
        message_id: '0123456789abcdef-12345',
        epoch: '0123456789abcdef',
        seq: 12_345,
      },
    }),
  centrifugo: ({ groupId, userId }) =>
    JSON.stringify({
      push: {
        channel: `grp:${groupId}`,
        pub: {
          data: { group_id: groupId, from_user_id: userId, message: '' },
          info: { user: '', client: '01234567-0123-0123-0123-0123456789ab' },
          offset: 12_345,
        },
      },
    }),
};

const relayed = (payload: object) => `42${JSON.stringify(['relay_message', payload])}`;

/** @returns a length that makes the frame `frameBytes` long, or the shortest one if that is too short. */
export function textLengthFor(dialect: DialectName, ids: Ids, frameBytes: number): number {
  return Math.max(shortestText, frameBytes - packetOf[dialect](ids).length);
}
