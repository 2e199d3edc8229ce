import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describeModeration, patient } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { createWordListModeration, wordsGiven } from './word-list.ts';

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
  ...['a55', 'a$$', 'asssss', 'hello', 'heeeellllo', 'NAÏVE', 'naive', 'two words', 'two  words'],
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

const blocks = async (words: readonly string[], message: string) =>
  !(await createWordListModeration(words).check({ ...ids, message }, patient())).isAllowed;

test.each(['as', 'but', 'Bob', 'pop', 'con', 'hel', 'bot', 'he', 'shell', 'class'])(
  'a doubled letter of a listed word is not folded away: "%s" is allowed',
  async (text) => {
    expect(await blocks(['ass', 'butt', 'boob', 'poop', 'coon', 'hell'], text)).toBe(false);
  },
);

test.each([
  ...[
    'fra\u034fck',
    'fra\ufe0fck',
    'fra\u3164ck',
    'fra\u2800ck',
    'fra\u115fck',
    'f\u0332r\u0332a\u0332c\u0332k',
  ],
  ...[
    'f\u0336r\u0336a\u0336c\u0336k',
    '_frack_',
    '__frack__',
    '||frack||',
    'frack1',
    'frack¹',
    'fraсk',
    'fracк',
  ],
])('a disguise that shows the word is seen through: "%s" is blocked', async (text) => {
  expect(await blocks(['frack'], text)).toBe(true);
});

test.each([
  ['god', 'good'],
  ['88', '1988'],
  ['ass', '455'],
  ['hell', "he'll"],
  ['hell', 's h e l l'],
  ['cok', 'сок'],
])('with "%s" on the list, "%s" is allowed: it is another word, or a number', async (word, text) => {
  expect(await blocks([word], text)).toBe(false);
});

test('words that are nothing but invisible characters block nothing', async () => {
  const nothing = createWordListModeration(['\u200b', '']);
  expect(await nothing.check({ ...ids, message: 'x' }, patient())).toEqual({ isAllowed: true });
});

test('more words than a message can be compared with in time are refused at once', () => {
  const many = Array.from({ length: 2001 }, (_, index) => `word${index}`);
  expect(() => createWordListModeration(many)).toThrow('at most 2000 words');
});

test('words stand between commas', () => {
  expect(wordsGiven(' one, two words ,,three')).toEqual(['one', 'two words', 'three']);
});

test('words of a file stand one on a line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-words-'));
  const path = join(folder, 'words.txt');
  writeFileSync(path, 'one\r\ntwo, with a comma\n\n');
  expect(wordsGiven(`@${path}`)).toEqual(['one', 'two, with a comma']);
  rmSync(folder, { recursive: true });
});

test.each(['', ' , ', '@/nowhere/words.txt'])('"%s" cannot be used', (text) => {
  expect(() => wordsGiven(text)).toThrow(TypeError);
});
