import { expect, test } from 'vitest';
import { NameCounter } from './counting-relay.ts';

const text = 'b:1 and b:2, then b:1b:1 and b:11';

test.each([1, 2, 3, 7, 100])(
  'names are counted once, however a stream is cut: pieces of %i bytes',
  (size) => {
    const counter = new NameCounter(['b:1', 'b:2', 'b:3']);
    let tail = '';
    for (let at = 0; at < text.length; at += size)
      tail = counter.take(Buffer.from(text.slice(at, at + size)), tail);
    expect(['b:1', 'b:2', 'b:3'].map((name) => counter.count(name))).toEqual([4, 1, 0]);
  },
);

test('a name is not put together from two streams', () => {
  const counter = new NameCounter(['b:1']);
  counter.take(Buffer.from('b:'), '');
  counter.take(Buffer.from('1'), '');
  expect(counter.count('b:1')).toBe(0);
});
