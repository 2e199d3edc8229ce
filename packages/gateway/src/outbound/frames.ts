/**
 * Encodes entries as WebSocket frames. The wire text is JSON already, so it is copied once, between the opening and
 * the closing of a Socket.IO packet, after a frame header. Nothing is parsed, and all sockets share the result.
 */
import type { LogEntry } from '@plenum/core';

/** The texts before the payload of each type of entry. */
export type Openings = Readonly<Record<LogEntry['type'], Buffer>>;

/** What a packet has between its type and its content: nothing for `/`. */
export const placeIn = (namespace: string): string => (namespace === '/' ? '' : `${namespace},`);

/** Engine.IO `message`, Socket.IO `event` in the namespace, and the event's name. */
export const openingsIn = (namespace: string): Openings => {
  const opening = (event: string) => Buffer.from(`42${placeIn(namespace)}["${event}",`);
  return {
    message: opening('relay_message'),
    event: opening('group_event'),
    change: opening('message_event'),
  };
};
const rootOpenings = openingsIn('/');
/** Engine.IO's packet type `message`. */
const messageType = '4'.charCodeAt(0);
const closing = ']'.charCodeAt(0);

/** First byte of a whole text frame (FIN, opcode 1). A server does not mask its frames. */
const textFrame = 0x81;

const headerBytes = (payloadBytes: number): number =>
  payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10;

const payloadBytesOf = (entry: LogEntry, openings: Openings): number =>
  openings[entry.type].length + entry.wire.length + 1;

function writeHeader(frames: Buffer, at: number, payloadBytes: number): number {
  frames[at] = textFrame;
  if (payloadBytes < 126) {
    frames[at + 1] = payloadBytes;
    return at + 2;
  }
  if (payloadBytes < 65_536) {
    frames[at + 1] = 126;
    return frames.writeUInt16BE(payloadBytes, at + 2);
  }
  frames[at + 1] = 127;
  frames.writeUInt32BE(0, at + 2);
  return frames.writeUInt32BE(payloadBytes, at + 6);
}

/** @returns the frames of the texts, in order */
export function framesOfTexts(texts: readonly string[]): Buffer {
  const frames = texts.map((text) => {
    const payload = Buffer.from(text);
    const frame = Buffer.allocUnsafe(headerBytes(payload.length) + payload.length);
    payload.copy(frame, writeHeader(frame, 0, payload.length));
    return frame;
  });
  return Buffer.concat(frames);
}

/** @returns the frames of the packets, in order: a text gets a frame, bytes are frames already and are copied */
export function framesOfPackets(packets: readonly (string | Buffer)[]): Buffer {
  let size = 0;
  for (const packet of packets) {
    if (typeof packet !== 'string') {
      size += packet.length;
      continue;
    }
    const payloadBytes = 1 + Buffer.byteLength(packet);
    size += headerBytes(payloadBytes) + payloadBytes;
  }
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const packet of packets) {
    if (typeof packet !== 'string') {
      at += packet.copy(frames, at);
      continue;
    }
    at = writeHeader(frames, at, 1 + Buffer.byteLength(packet));
    frames[at] = messageType;
    at += 1 + frames.write(packet, at + 1);
  }
  return frames;
}

/** @returns the frames of the entries, in order */
export function framesOf(entries: readonly LogEntry[], openings: Openings = rootOpenings): Buffer {
  let size = 0;
  for (const entry of entries) {
    const payloadBytes = payloadBytesOf(entry, openings);
    size += headerBytes(payloadBytes) + payloadBytes;
  }
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const entry of entries) {
    const opening = openings[entry.type];
    at = writeHeader(frames, at, payloadBytesOf(entry, openings));
    at += opening.copy(frames, at);
    at += entry.wire.copy(frames, at);
    frames[at] = closing;
    at += 1;
  }
  return frames;
}
