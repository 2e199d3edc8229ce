import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describeModeration, patient } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { createWordListModeration } from './word-list.ts';

const words = ['frack', 'ass', 'hello', 'naïve', 'two words', 'дурак', 'l33t', 'a.b[c]?|\\', '笨蛋'];
const moderation = createWordListModeration(words);
const ids = { group_id: groupIdSchema.parse('g'), from_user_id: userIdSchema.parse('ann') };
const isAllowed = async (message: string) =>
  (await moderation.check({ ...ids, message }, patient())).isAllowed;

describeModeration(
  'word list',
  async () => ({
    moderation,
    allowedText: 'a fine day',
    deniedText: 'what the frack',
    reason: 'blocked',
    [Symbol.asyncDispose]: async () => undefined,
  }),
  [],
);

test.each([
  ...['frack', 'FRACK', 'what the frack!', '(frack)', 'frack$', '"frack"', 'frack, you', 'a\nfrack\nb'],
  ...['fr4ck', 'fr@ck', 'fr4ck!', 'frrrraaaack', 'ｆｒａｃｋ', 'fr\u200back', 'frаck', 'ƒrack', 'fräck'],
  ...['a55', 'a$$', 'asssss', 'hello', 'helo', 'heeeellllo', 'NAÏVE', 'naive', 'two words', 'two  words'],
  ...['l33t', 'ты дурак!', 'ДУРАК', 'a.b[c]?|\\', '你是笨蛋吗'],
])('"%s" is blocked', async (text) => {
  expect(await isAllowed(text)).toBe(false);
});

test.each([
  ...[
    '',
    'class',
    'assess',
    'pass',
    'frackle',
    'unfrack',
    'two',
    'words two',
    'helios',
    'fr ack',
    'axb[c]?|\\',
  ],
  ...['[', '(((', '\\', '\0', '\ud800', '🐘', '.*', 'é'.repeat(4000)],
])('"%s" is allowed', async (text) => {
  expect(await isAllowed(text)).toBe(true);
});

test('words that are nothing but invisible characters block nothing', async () => {
  const nothing = createWordListModeration(['\u200b', '']);
  expect(await nothing.check({ ...ids, message: 'x' }, patient())).toEqual({ isAllowed: true });
});

test('more words than a message can be compared with in time are refused at once', () => {
  const many = Array.from({ length: 2001 }, (_, index) => `word${index}`);
  expect(() => createWordListModeration(many)).toThrow('at most 2000 words');
});
