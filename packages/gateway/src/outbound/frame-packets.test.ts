import { expect, test } from 'vitest';
import { joinPackets, type Packet, preEncoded } from './frame-packets.ts';

const text = (data: string): Packet => ({ type: 'message', data, options: { compress: false } });

/** The texts of the frames in the one packet that a queue has become. */
function textsIn(queue: readonly Packet[]): string[] {
  const [packet] = queue;
  const frames = queue.length === 1 ? packet?.options?.wsPreEncodedFrame?.[0] : undefined;
  if (frames === undefined) throw new Error('not one packet of frames');
  const texts: string[] = [];
  for (let at = 0; at < frames.length; ) {
    expect(frames[at]).toBe(0x81);
    const short = frames.readUInt8(at + 1);
    const [header, length] =
      short < 126
        ? [2, short]
        : short === 126
          ? [4, frames.readUInt16BE(at + 2)]
          : [10, Number(frames.readBigUInt64BE(at + 2))];
    texts.push(frames.toString('utf8', at + header, at + header + length));
    at += header + length;
  }
  return texts;
}

test('answers and entries become one buffer of frames, in their order', () => {
  const entry = preEncoded(Buffer.from([0x81, 2, 0x34, 0x32]));
  const queue = [text('31[1]'), { type: 'message', options: entry }, text('32["é😀"]')];
  joinPackets(queue);
  expect(textsIn(queue)).toEqual(['431[1]', '42', '432["é😀"]']);
});

test('a text of any length is one frame', () => {
  const texts = [0, 124, 125, 126, 40_000].map((length) => 'x'.repeat(length));
  const queue = texts.map(text);
  joinPackets(queue);
  expect(textsIn(queue)).toEqual(texts.map((data) => `4${data}`));
});

test('a long queue is left as it is: frames that sockets share are not copied for each', () => {
  const shared = preEncoded(Buffer.alloc(40_000));
  const long: Packet[] = [1, 2].map(() => ({ type: 'message', options: shared }));
  const queue = [...long];
  joinPackets(queue);
  expect(queue).toEqual(long);
});

test('a queue that holds anything but messages is left as it is', () => {
  const ping: Packet = { type: 'ping' };
  const binary: Packet = { type: 'message', data: Buffer.from('b') };
  for (const other of [ping, binary]) {
    const queue = [text('2["one"]'), other];
    joinPackets(queue);
    expect(queue).toEqual([text('2["one"]'), other]);
  }
});
