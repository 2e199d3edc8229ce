/**
 * Encodes entries as WebSocket frames. The wire text is JSON already, so it is copied once, between the opening and
 * the closing of a Socket.IO packet, after a frame header. Nothing is parsed, and all sockets share the result.
 */
import type { LogEntry } from '@plenum/core';

/** The text before the payload: Engine.IO `message`, Socket.IO `event`, and the event's name. */
const openings = {
  message: Buffer.from('42["relay_message",'),
  event: Buffer.from('42["group_event",'),
  change: Buffer.from('42["message_event",'),
};
/** Engine.IO's packet type `message`. */
const messageType = '4'.charCodeAt(0);
const closing = ']'.charCodeAt(0);

/** First byte of a whole text frame (FIN, opcode 1). A server does not mask its frames. */
const textFrame = 0x81;

const headerBytes = (payloadBytes: number): number =>
  payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10;

const payloadBytesOf = (entry: LogEntry): number => openings[entry.type].length + entry.wire.length + 1;

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
export function framesOf(entries: readonly LogEntry[]): Buffer {
  let size = 0;
  for (const entry of entries) {
    const payloadBytes = payloadBytesOf(entry);
    size += headerBytes(payloadBytes) + payloadBytes;
  }
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const entry of entries) {
    const opening = openings[entry.type];
    at = writeHeader(frames, at, payloadBytesOf(entry));
    at += opening.copy(frames, at);
    at += entry.wire.copy(frames, at);
    frames[at] = closing;
    at += 1;
  }
  return frames;
}
