/**
 * Reads WebSocket frames from a server's byte stream, and writes those of a client. A frame that arrives whole is passed on
 * without a copy.
 */
export interface FrameHandlers {
  /** A text frame: its payload is `bytes[start, end)`, valid during the call only. */
  text(bytes: Buffer, start: number, end: number): void;
  close(): void;
  /** Called for a frame that no Socket.IO server sends: masked, a fragment, or binary. Later bytes cannot be read. */
  malformed(why: string): void;
}

const textFrame = 0x81;
const closeFrame = 0x88;
const ignoredFrames: readonly number[] = [0x89, 0x8a];
const masked = 0x80;
const longestHeaderBytes = 10;

interface FrameSize {
  readonly headerBytes: number;
  readonly payloadBytes: number;
}

/** @returns null while the header is incomplete */
function frameSize(bytes: Buffer, at: number, to: number): FrameSize | null {
  const available = to - at;
  if (available < 2) return null;
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  if (short < 126) return { headerBytes: 2, payloadBytes: short };
  if (short === 126) {
    return available < 4 ? null : { headerBytes: 4, payloadBytes: bytes.readUInt16BE(at + 2) };
  }
  if (available < longestHeaderBytes) return null;
  const payloadBytes = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
  return { headerBytes: longestHeaderBytes, payloadBytes };
}

export class FrameReader {
  readonly #handlers: FrameHandlers;
  /** The bytes of a frame that is not complete yet. */
  #begun: Buffer = Buffer.alloc(0);
  #isBroken = false;

  constructor(handlers: FrameHandlers) {
    this.#handlers = handlers;
  }

  /** Takes `chunk[from, to)`; keeps no reference to it. */
  read(chunk: Buffer, from: number, to: number): void {
    let at = this.#begun.length === 0 ? from : this.#complete(chunk, from, to);
    while (at < to && !this.#isBroken) {
      const size = frameSize(chunk, at, to);
      if (size === null) break;
      const start = at + size.headerBytes;
      const end = start + size.payloadBytes;
      if (end > to) break;
      this.#hand(chunk, at, { start, end });
      at = end;
    }
    if (at < to && !this.#isBroken) this.#begun = Buffer.from(chunk.subarray(at, to));
  }

  /** Copies what the begun frame lacks, and no more. @returns where the next frame begins. */
  #complete(chunk: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to) {
      const size = frameSize(this.#begun, 0, this.#begun.length);
      const whole = size === null ? this.#begun.length + 1 : size.headerBytes + size.payloadBytes;
      const taken = Math.min(whole - this.#begun.length, to - at);
      this.#begun = Buffer.concat([this.#begun, chunk.subarray(at, at + taken)]);
      at += taken;
      const known = frameSize(this.#begun, 0, this.#begun.length);
      if (known === null || this.#begun.length < known.headerBytes + known.payloadBytes) continue;
      const frame = this.#begun;
      this.#begun = Buffer.alloc(0);
      this.#hand(frame, 0, { start: known.headerBytes, end: frame.length });
      break;
    }
    return at;
  }

  #hand(bytes: Buffer, at: number, { start, end }: { start: number; end: number }): void {
    const first = bytes[at] ?? 0;
    if (((bytes[at + 1] ?? 0) & masked) !== 0) this.#break('a masked frame');
    else if (first === textFrame) this.#handlers.text(bytes, start, end);
    else if (first === closeFrame) this.#handlers.close();
    else if (!ignoredFrames.includes(first)) this.#break(`a frame that begins with 0x${first.toString(16)}`);
  }

  #break(why: string): void {
    this.#isBroken = true;
    this.#handlers.malformed(why);
  }
}

/** A text frame of a client. Its mask is zero, which leaves the payload as it is and is valid all the same. */
export function maskedFrame(text: string): Buffer {
  const payloadBytes = Buffer.byteLength(text);
  const headerBytes = payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10;
  const frame = Buffer.alloc(headerBytes + 4 + payloadBytes);
  frame[0] = textFrame;
  if (headerBytes === 2) frame[1] = masked | payloadBytes;
  else if (headerBytes === 4) {
    frame[1] = masked | 126;
    frame.writeUInt16BE(payloadBytes, 2);
  } else {
    frame[1] = masked | 127;
    frame.writeBigUInt64BE(BigInt(payloadBytes), 2);
  }
  frame.write(text, headerBytes + 4, 'utf8');
  return frame;
}
