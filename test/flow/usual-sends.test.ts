/** The short way of the usual send against the ordinary one, which is its specification: the same frames lead to the same. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { type Frames, TwoWays } from '../support/wire/two-ways.ts';

const messageMaxBytes = 60;

const edgeText = fc.constantFrom(
  '',
  'x'.repeat(messageMaxBytes),
  'x'.repeat(messageMaxBytes + 1),
  'ü'.repeat(messageMaxBytes / 2),
  'ü'.repeat(messageMaxBytes / 2 + 1),
  '👋'.repeat(messageMaxBytes / 4),
  '👋'.repeat(messageMaxBytes / 4 + 1),
  'a "word"',
  'two\nlines',
  'a \\ and a tab\t',
  'nul \u0000',
  'delete \u007f',
  'line \u2028 separator',
  'lone \ud800',
  '\ufeffmark',
  '"}}]',
);
const message = fc.oneof(
  { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 2, arbitrary: edgeText },
);
const requestId = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 30 }).map((n) => `r${n}`) },
  { weight: 1, arbitrary: fc.constantFrom('', 'x'.repeat(128), 'x'.repeat(129), 'a b', 'ü', 'a\\b', '~') },
);
const groupId = fc.oneof(
  { weight: 6, arbitrary: fc.constant('<mine>') },
  { weight: 2, arbitrary: fc.constantFrom('<muted>', '<foreign>') },
  { weight: 1, arbitrary: fc.constantFrom('nowhere', '', '.', '..', '...', 'a/b', 'x'.repeat(129)) },
);

type Text = (id: number) => string;
const event = (id: number | null, envelope: object) => `42${id ?? ''}["request",${JSON.stringify(envelope)}]`;

const usual: fc.Arbitrary<Text> = fc
  .record({ requestId, groupId, message })
  .map(({ requestId, groupId, message }) => (id) => {
    const args = { group_id: groupId, message };
    return event(id, { request_type: 'relay_msg', request_id: requestId, args });
  });

/** The same message in a form that no short way knows. */
const odd: fc.Arbitrary<Text> = fc.tuple(usual, fc.constantFrom('["request", ', '["request",\n')).map(
  ([text, opening]) =>
    (id) =>
      text(id).replace('["request",', opening),
);
const silent: fc.Arbitrary<Text> = usual.map((text) => (id) => text(id).replace(`42${id}[`, '42['));
const others: fc.Arbitrary<Text> = fc
  .constantFrom<object>(
    // Reads and marks reach Redis over another connection than sends, in no order with them: these ask about a log that gets none.
    { request_type: 'history', request_id: 'h', args: { group_id: '<muted>', limit: 1, before: 2 } },
    { request_type: 'mark_read', request_id: 'm', args: { group_id: '<muted>', seq: 1 } },
    { request_type: 'nothing', request_id: 'n' },
    {
      service: 'relay',
      request_type: 'send_message',
      request_id: 's',
      args: { group_id: '<mine>', message: 's' },
    },
    { request_type: 'relay_msg', request_id: 'more', args: { group_id: '<mine>', message: 'm', more: 1 } },
    { request_id: 'keys', request_type: 'relay_msg', args: { message: 'k', group_id: '<mine>' } },
  )
  .map((envelope) => (id) => event(id, envelope));

const frames: fc.Arbitrary<Frames> = fc.record({
  texts: fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: usual },
        { weight: 2, arbitrary: odd },
        { weight: 1, arbitrary: silent },
        { weight: 1, arbitrary: others },
      ),
      { minLength: 1, maxLength: 25 },
    )
    .map((texts) => texts.map((text, id) => text(id))),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
});

describe.each(engines)('on %s', (engine) => {
  let ways: TwoWays;
  beforeAll(async () => {
    ways = await TwoWays.start(engine, messageMaxBytes);
  });
  afterAll(() => ways[Symbol.asyncDispose]());

  test('the same frames get the same answers, and the same entries in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(frames, async (given) => {
        const plain = await ways.run('plain', given);
        const short = await ways.run('short', given);
        expect(short).toEqual({ ...plain, lateAcks: [] });
      }),
      { numRuns: 25 },
    );
  });
});

test.each(engines)('messages beyond the rate are refused on both ways alike: %s', async (engine) => {
  await using ways = await TwoWays.start(engine, messageMaxBytes, 10);
  const texts = Array.from({ length: 15 }, (_, id) =>
    event(id, {
      request_type: 'relay_msg',
      request_id: `r${id}`,
      args: { group_id: '<mine>', message: 'x' },
    }),
  );
  const plain = await ways.run('plain', { texts, cuts: [] });
  const short = await ways.run('short', { texts, cuts: [] });
  expect(short).toEqual(plain);
  expect(short.answers.filter(([, answer]) => answer.includes('rate_limited'))).toHaveLength(5);
});
