import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PayloadReader } from './payload-reader.ts';

/** Keeps what a reader reports; neighbouring other bytes are joined, because cuts do not matter. */
function recording() {
  const calls: string[] = [];
  let others = '';
  const endOthers = () => {
    if (others !== '') calls.push(`other ${others}`);
    others = '';
  };
  const reader = new PayloadReader({
    onPayload: (channel, payload) => {
      endOthers();
      calls.push(`${channel.toString('latin1')} = ${payload.toString('latin1')}`);
    },
    onOther: (bytes) => {
      others += bytes.toString('latin1');
    },
  });
  return {
    read: (text: string | Buffer) => reader.read(Buffer.from(text as string, 'latin1')),
    calls: () => {
      endOthers();
      return calls;
    },
  };
}

const push = (channel: string, payload: string, type = '>') =>
  `${type}3\r\n$8\r\nsmessage\r\n$${channel.length}\r\n${channel}\r\n$${payload.length}\r\n${payload}\r\n`;

/** One of every kind of reply, some of which contain what looks like a payload. */
const others = [
  '+PONG\r\n',
  '-NOPERM this user has no permissions\r\n',
  ':42\r\n',
  '_\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '*0\r\n',
  ',3.25\r\n',
  '#t\r\n',
  '(3492890328409238509324850943850943825024385\r\n',
  '$0\r\n\r\n',
  `$${push('x', 'y').length}\r\n${push('x', 'y')}\r\n`,
  `=${4 + push('x', 'y').length}\r\ntxt:${push('x', 'y')}\r\n`,
  `!${push('x', 'y').length}\r\n${push('x', 'y')}\r\n`,
  '>3\r\n$10\r\nssubscribe\r\n$1\r\na\r\n:1\r\n',
  '>3\r\n$12\r\nsunsubscribe\r\n$1\r\na\r\n:0\r\n',
  '*2\r\n$4\r\npong\r\n$0\r\n\r\n',
  '*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n',
  `*2\r\n${push('x', 'y')}*1\r\n${push('x', 'y', '*')}`,
  '%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nmodules\r\n*0\r\n',
  '~2\r\n+a\r\n+b\r\n',
  '>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n',
  '>4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\na\r\n$1\r\nb\r\n',
  '>3\r\n$8\r\nsmessagf\r\n$1\r\na\r\n$1\r\nb\r\n',
];
const payloads = [push('a', 'hello'), push('b', '', '*'), push('', '\r\n$8\r\n>3\r\n'), push('c', '\xff\0é')];
const callsOfPayloads = ['a = hello', 'b = ', ' = \r\n$8\r\n>3\r\n', 'c = \xff\0é'];

test('a payload between any two replies is cut out, wherever the bytes are cut', () => {
  const text = others.map((reply, i) => `${reply}${payloads[i % payloads.length]}`).join('');
  const expected = others.flatMap((reply, i) => [`other ${reply}`, callsOfPayloads[i % payloads.length]]);
  for (let cut = 0; cut < text.length; cut += 1) {
    const { read, calls } = recording();
    read(text.slice(0, cut));
    read(text.slice(cut));
    expect(calls(), `cut at ${cut}`).toEqual(expected);
  }
});

test('bytes that come one by one, or in parts of any size, give the same payloads', () => {
  const replies = fc.array(fc.constantFrom(...others, ...payloads), { maxLength: 30 });
  fc.assert(
    fc.property(replies, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (texts, sizes) => {
      const text = texts.join('');
      const whole = recording();
      for (const reply of texts) whole.read(reply);
      const parts = recording();
      for (let at = 0, i = 0; at < text.length; i += 1) {
        const size = sizes[i % sizes.length] ?? 1;
        parts.read(text.slice(at, at + size));
        at += size;
      }
      const single = recording();
      for (const byte of text) single.read(byte);
      expect(parts.calls()).toEqual(whole.calls());
      expect(single.calls()).toEqual(whole.calls());
    }),
  );
});

test('a payload of 20 MB that comes in small parts is joined once', () => {
  const payload = Buffer.alloc(20_000_000, 'z');
  const bytes = Buffer.from(push('big', payload.toString('latin1')) + push('next', 'x'), 'latin1');
  const found: Buffer[] = [];
  const reader = new PayloadReader({
    onPayload: (_, given) => void found.push(given),
    onOther: (given) => expect.unreachable(given.toString('latin1', 0, 50)),
  });
  for (let at = 0; at < bytes.length; at += 1000) reader.read(bytes.subarray(at, at + 1000));
  expect(found.map(({ length }) => length)).toEqual([payload.length, 1]);
  expect(found[0]?.equals(payload)).toBe(true);
});

test.each<[string, string]>([
  ['no digits', '>3\r\n$8\r\nsmessage\r\n$\r\n'],
  ['a negative length', '>3\r\n$8\r\nsmessage\r\n$-1\r\n$1\r\na\r\n'],
  ['a number instead of the channel', '>3\r\n$8\r\nsmessage\r\n:1\r\n$1\r\na\r\n'],
  ['a number instead of the payload', '>3\r\n$8\r\nsmessage\r\n$1\r\na\r\n:1\r\n'],
])('a push with %s is left to the library', (_, reply) => {
  const { read, calls } = recording();
  read(reply);
  expect(calls()).toEqual([`other ${reply}`]);
});

test('after bytes that are no reply everything is left to the library', () => {
  const { read, calls } = recording();
  read(`${push('a', '1')}HTTP/1.1 400\r\n`);
  read(push('a', '2'));
  expect(calls()).toEqual(['a = 1', `other HTTP/1.1 400\r\n${push('a', '2')}`]);
});
