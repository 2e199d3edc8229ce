/**
 * Cuts the payloads of sharded channels out of the bytes of a subscriber connection, at their offsets: this costs a tenth
 * of decoding them as replies. All other replies are passed on as they came. The order of both is the order of the bytes.
 *
 * >3\r\n$8\r\nsmessage\r\n$<n>\r\n<channel>\r\n$<n>\r\n<payload>\r\n     (RESP2 begins with `*`)
 */
import { ReplyScanner } from './reply-scanner.ts';

const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
const DOLLAR = 0x24;
const PUSH = 0x3e;
const ARRAY = 0x2a;
/** What follows the first byte. */
const opening = Buffer.from('3\r\n$8\r\nsmessage\r\n$');
const nothing = Buffer.alloc(0);
/** More digits than the largest length that Redis allows. */
const digitsMax = 10;

export interface PayloadReaderDeps {
  /**
   * Both buffers are views, which keep all bytes of a read in memory. An error that it throws becomes an uncaught
   * exception, as in the library, and the next payload follows.
   */
  readonly onPayload: (channel: Buffer, payload: Buffer) => void;
  /** Called with all bytes that are no payloads: whole replies or parts of them. */
  readonly onOther: (bytes: Buffer) => void;
}

/** What begins at an offset: a whole payload, the first part of one, or another reply. */
type Found = 'whole' | 'part' | 'other';

export class PayloadReader {
  readonly #onPayload: PayloadReaderDeps['onPayload'];
  readonly #onOther: PayloadReaderDeps['onOther'];
  readonly #others = new ReplyScanner();
  /** The parts of a payload that is cut. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** With fewer bytes the payload is still cut. */
  #neededBytes = 0;
  /** What `#find` has found, as offsets. */
  #channelAt = 0;
  #channelEnd = 0;
  #payloadAt = 0;
  #payloadEnd = 0;
  /** What `#readLength` has read, and the offset behind it. */
  #length = 0;
  #at = 0;

  constructor(deps: PayloadReaderDeps) {
    this.#onPayload = deps.onPayload;
    this.#onOther = deps.onOther;
  }

  /** Takes the next bytes of the connection. */
  readonly read = (chunk: Buffer): void => {
    const bytes = this.#joined(chunk);
    let at = 0;
    /** Where the bytes begin that are not passed on yet. */
    let othersAt = 0;
    while (at < bytes.length) {
      const found = this.#others.isIdle ? this.#find(bytes, at) : 'other';
      if (found === 'other') {
        at = this.#others.skip(bytes, at);
        continue;
      }
      this.#pass(bytes, othersAt, at);
      if (found === 'part') {
        this.#hold(bytes.subarray(at));
        return;
      }
      at = this.#payloadEnd + 2;
      othersAt = at;
      const channel = bytes.subarray(this.#channelAt, this.#channelEnd);
      const payload = bytes.subarray(this.#payloadAt, this.#payloadEnd);
      try {
        this.#onPayload(channel, payload);
      } catch (error) {
        throwLater(error);
      }
    }
    this.#pass(bytes, othersAt, at);
  };

  /** @returns the held part and the chunk; nothing while the payload is still cut */
  #joined(chunk: Buffer): Buffer {
    if (this.#heldBytes === 0) return chunk;
    this.#hold(chunk);
    if (this.#heldBytes < this.#neededBytes) return nothing;
    const bytes = Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    return bytes;
  }

  #hold(part: Buffer): void {
    this.#held.push(part);
    this.#heldBytes += part.length;
  }

  #pass(bytes: Buffer, from: number, to: number): void {
    if (from < to) this.#onOther(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
  }

  #find(bytes: Buffer, from: number): Found {
    if (this.#others.isLost || (bytes[from] !== PUSH && bytes[from] !== ARRAY)) return 'other';
    const lengthAt = from + 1 + opening.length;
    const compared = Math.min(lengthAt, bytes.length);
    for (let at = from + 1; at < compared; at += 1) if (bytes[at] !== opening[at - from - 1]) return 'other';
    this.#neededBytes = bytes.length - from + 1;
    if (compared < lengthAt) return 'part';
    const channel = this.#readLength(bytes, lengthAt);
    if (channel !== 'whole') return channel;
    this.#channelAt = this.#at;
    this.#channelEnd = this.#at + this.#length;
    return this.#findPayload(bytes, from);
  }

  /** Continues behind the channel. */
  #findPayload(bytes: Buffer, from: number): Found {
    const lengthAt = this.#channelEnd + 3;
    this.#neededBytes = Math.max(this.#neededBytes, lengthAt - from);
    if (bytes.length < lengthAt) return 'part';
    if (!isLineEnd(bytes, this.#channelEnd) || bytes[lengthAt - 1] !== DOLLAR) return 'other';
    const payload = this.#readLength(bytes, lengthAt);
    if (payload !== 'whole') return payload;
    this.#payloadAt = this.#at;
    this.#payloadEnd = this.#at + this.#length;
    this.#neededBytes = this.#payloadEnd + 2 - from;
    if (bytes.length < this.#payloadEnd + 2) return 'part';
    return isLineEnd(bytes, this.#payloadEnd) ? 'whole' : 'other';
  }

  /** Reads digits, CR and LF. */
  #readLength(bytes: Buffer, from: number): Found {
    let length = 0;
    let at = from;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte < ZERO || byte > NINE) break;
      length = length * 10 + byte - ZERO;
    }
    if (at - from > digitsMax) return 'other';
    if (at === bytes.length) return 'part';
    if (at === from || bytes[at] !== CR) return 'other';
    if (at + 1 === bytes.length) return 'part';
    this.#length = length;
    this.#at = at + 2;
    return bytes[at + 1] === LF ? 'whole' : 'other';
  }
}

const isLineEnd = (bytes: Buffer, at: number): boolean => bytes[at] === CR && bytes[at + 1] === LF;

function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
