/** Handles the event packets of a member: reads the number, checks the stream, and parses some of them in full. */
import type { NumberStream } from '../wire/number-stream.ts';
import { isMessageText } from './message-text.ts';
import type { Heads } from './plan.ts';
import type { Tally } from './tally.ts';

export interface Receiver {
  readonly streams: ReadonlyMap<string, NumberStream>;
  /**
   * Takes the JSON array of an event.
   * @returns where the text of a message begins in `bytes`, or −1 if the packet is no message. 0: a message whose text was
   *   not looked for.
   */
  receive(bytes: Buffer, packet: PacketRange): number;
}

export interface PacketRange {
  readonly start: number;
  readonly end: number;
  /** The text is wanted: latency is measured. */
  readonly isTimed: boolean;
}

export function lostOf(receiver: Receiver, heads: Heads): number {
  let lost = 0;
  for (const [name, stream] of receiver.streams) lost += stream.lost(heads[name] ?? 0);
  return lost;
}

const e = 'e'.charCodeAt(0);
const l = 'l'.charCodeAt(0);

/** `["relay_message",` and no other event's name. */
export const isMessage = (bytes: Buffer, start: number): boolean =>
  bytes[start + 3] === e && bytes[start + 4] === l;

/** One in this many messages of each member is parsed in full. */
const sampleEvery = 512;

/** @returns the message of a packet, with `group_id` and `message`; anything else if it is none */
export type MessageReader = (packet: string) => unknown;

/** Parses a sample of the messages in full, to check that the fast reading of bytes is right. */
export class Sampler {
  readonly #groupId: string;
  readonly #tally: Tally;
  readonly #messageIn: MessageReader;
  #seen = 0;

  constructor(groupId: string, tally: Tally, messageIn: MessageReader = relayedMessageIn) {
    this.#groupId = groupId;
    this.#tally = tally;
    this.#messageIn = messageIn;
  }

  look(bytes: Buffer, { start, end }: PacketRange): void {
    this.#seen += 1;
    if (this.#seen % sampleEvery !== 1) return;
    const packet = bytes.toString('utf8', start, end);
    if (this.#isGood(packet)) return;
    this.#tally.malformed += 1;
    this.#tally.problem(`a frame is not a message of its group: ${packet.slice(0, 300)}`);
  }

  #isGood(packet: string): boolean {
    const message = this.#messageIn(packet);
    if (typeof message !== 'object' || message === null) return false;
    const isOfGroup = 'group_id' in message && message.group_id === this.#groupId;
    return isOfGroup && 'message' in message && isMessageText(message.message);
  }
}

function relayedMessageIn(packet: string): unknown {
  const [event, payload] = parsed(packet);
  if (event !== 'relay_message' || typeof payload !== 'object' || payload === null) return null;
  return 'result' in payload ? payload.result : payload;
}

/** @returns the elements of a JSON array; none if it is not one. */
export function parsed(packet: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(packet);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
