const textFrame = 0x81;
const masked = 0x80;

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
