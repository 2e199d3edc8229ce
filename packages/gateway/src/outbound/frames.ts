/**
 * Entries as WebSocket frames: the wire text is JSON already, so it is copied once between a Socket.IO packet's opening
 * and closing, behind a frame header. Nothing is parsed, and the result is the same for every socket.
 */
import type { LogEntry } from '@plenum/core';

/** Engine.IO `message`, Socket.IO `event`, and the event's name: the text before the payload. */
const openings = {
  message: Buffer.from('42["relay_message",'),
  event: Buffer.from('42["group_event",'),
};
/** Engine.IO `message`. */
const messageType = '4'.charCodeAt(0);
const closing = ']'.charCodeAt(0);

/** A whole text frame (FIN, opcode 1); frames of a server are not masked. */
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

/** @returns one frame for each text, one behind the other. */
export function framesOfTexts(texts: readonly string[]): Buffer {
  const frames = texts.map((text) => {
    const payload = Buffer.from(text);
    const frame = Buffer.allocUnsafe(headerBytes(payload.length) + payload.length);
    payload.copy(frame, writeHeader(frame, 0, payload.length));
    return frame;
  });
  return Buffer.concat(frames);
}

/** @returns the packets one behind the other: a frame for each text, and bytes, which are frames already, as they are. */
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

/** @returns one frame for each entry, one behind the other. */
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
