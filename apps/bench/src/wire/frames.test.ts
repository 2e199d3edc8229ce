import { expect, test } from 'vitest';
import { FrameReader, maskedFrame } from './frames.ts';

const repeated = (length: number, character: string) => character.repeat(length);

/** A frame of a server: 1 byte, length, payload. */
function serverFrame(text: string, first = 0x81): Buffer {
  const payload = Buffer.from(text);
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload]);
  const header = Buffer.alloc(payload.length < 65_536 ? 4 : 10);
  header[0] = first;
  header[1] = payload.length < 65_536 ? 126 : 127;
  if (payload.length < 65_536) header.writeUInt16BE(payload.length, 2);
  else header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, payload]);
}

function newReader() {
  const texts: string[] = [];
  const ends: string[] = [];
  const reader = new FrameReader({
    text: (bytes, start, end) => texts.push(bytes.toString('utf8', start, end)),
    close: () => ends.push('closed'),
    malformed: (why) => ends.push(why),
  });
  return { reader, texts, ends };
}

const texts = [
  '2',
  '42["a",{"n":1}]',
  '',
  repeated(125, 'x'),
  repeated(126, 'y'),
  // Just above what 16 bits can say the length of: what is begun is copied with every chunk.
  repeated(33_000, 'é'),
  'last',
];
const stream = Buffer.concat(texts.map((text) => serverFrame(text)));

test('frames that were written as one are handed out one by one', () => {
  const { reader, texts: read } = newReader();
  reader.read(stream, 0, stream.length);
  expect(read).toEqual(texts);
});

test.each([1, 2, 3, 7, 64, 1000, 65_536])(
  'frames cut into chunks of %i bytes are put together again',
  (size) => {
    const { reader, texts: read } = newReader();
    // One buffer for all reads, as the connections have it: what is kept has to be a copy.
    const shared = Buffer.alloc(size);
    for (let at = 0; at < stream.length; at += size) {
      const length = stream.copy(shared, 0, at, Math.min(stream.length, at + size));
      reader.read(shared, 0, length);
    }
    expect(read).toEqual(texts);
  },
);

test('a frame above 64 KiB is read', () => {
  const { reader, texts: read } = newReader();
  const text = repeated(70_000, 'z');
  const frame = serverFrame(text);
  reader.read(frame, 0, 65_536);
  reader.read(frame, 65_536, frame.length);
  expect(read).toEqual([text]);
});

test('only the given part of a chunk is read', () => {
  const { reader, texts: read } = newReader();
  const frame = serverFrame('here');
  const chunk = Buffer.concat([Buffer.from('before'), frame, Buffer.from('behind')]);
  reader.read(chunk, 6, 6 + frame.length);
  expect(read).toEqual(['here']);
});

test('a close frame is reported, pings are skipped', () => {
  const { reader, texts: read, ends } = newReader();
  const all = Buffer.concat([serverFrame('', 0x89), serverFrame('text'), serverFrame('', 0x88)]);
  reader.read(all, 0, all.length);
  expect([read, ends]).toEqual([['text'], ['closed']]);
});

test.each([
  ['a binary frame', serverFrame('x', 0x82)],
  ['a fragment', serverFrame('x', 0x01)],
  ['a masked frame', maskedFrame('x')],
])('%s is malformed, and nothing behind it is read', (_, frame) => {
  const { reader, texts: read, ends } = newReader();
  const all = Buffer.concat([frame, serverFrame('behind')]);
  reader.read(all, 0, all.length);
  reader.read(all, 0, all.length);
  expect([read, ends.length]).toEqual([[], 1]);
});
