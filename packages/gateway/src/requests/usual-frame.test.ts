import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { usualFrameReader } from './usual-frame.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

const frameOf = (event: string, id: string, args: object) =>
  `427${JSON.stringify([event, { request_type: 'relay_msg', request_id: id, args }])}`;

test.each(['request', 'a.b', 'ü "x"', '[+'])('the parts of a frame are those of its JSON: %s', (event) => {
  const args = { group_id: 'group-one-of-many', message: 'hällo 👋' };
  const read = usualFrameReader(event, 100);
  expect(read(Buffer.from(frameOf(event, 'a b ~!', args)))).toEqual({
    ackId: '7',
    requestId: 'a b ~!',
    groupId: args.group_id,
    message: args.message,
    argsText: JSON.stringify(args),
  });
});

test('an event name is no pattern', () => {
  const args = { group_id: 'g', message: 'x' };
  expect(usualFrameReader('a.b', 100)(Buffer.from(frameOf('axb', 'r', args)))).toBe(null);
});

function heapAfterCollection(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('an id that is kept does not keep the text of its frame', () => {
  const read = usualFrameReader('request', 60_000);
  const message = 'x'.repeat(30_000);
  const before = heapAfterCollection();
  const kept = Array.from({ length: 1000 }, (_, at) => {
    const found = read(
      Buffer.from(frameOf('request', `request-number-${at}`, { group_id: `group-number-${at}`, message })),
    );
    return [found?.groupId, found?.requestId];
  });
  expect(heapAfterCollection() - before).toBeLessThan(10_000_000);
  expect(kept.at(-1)).toEqual(['group-number-999', 'request-number-999']);
});
