import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { patient } from '@plenum/testkit';
import english from 'an-array-of-english-words' with { type: 'json' };
import french from 'an-array-of-french-words' with { type: 'json' };
import german from 'an-array-of-german-words' with { type: 'json' };
import { expect, test } from 'vitest';
import { createWordListModeration } from '../src/moderation/word-list.ts';
import { disguises } from './disguises.ts';
import { ordinaryNames, ordinaryTexts } from './ordinary-words.ts';

/** As a team would give it; many are a part of ordinary words, or one letter away from one. */
const listed =
  `ass butt boob poop coon hell shit fuck cunt cock dick bitch whore tit tits fag slut piss prick arse penis wank
  twat sex anal cum bastard pussy asshole dildo nigger turd crap scheiße arsch fotze hure wichser merde pute salope bite
  putain bordel con`.split(/\s+/);
const moderation = createWordListModeration(listed);
const ids = { group_id: groupIdSchema.parse('g'), from_user_id: userIdSchema.parse('ann') };
const isBlocked = async (message: string) =>
  !(await moderation.check({ ...ids, message }, patient())).isAllowed;

const plain = (word: string) =>
  word.toLowerCase().replaceAll('ß', 'ss').normalize('NFD').replace(/\p{M}/gu, '');
const plainListed = new Set(listed.map(plain));
/** Apart from its accents it is on the list, or a part of it between hyphens is. */
const isListed = (word: string) => word.split(/[-' ]/).some((part) => plainListed.has(plain(part)));

/** Those of `words` that are blocked. Many are asked about at once: it is the same question, and there are 700,000. */
async function blockedOf(words: readonly string[]): Promise<string[]> {
  const blocked: string[] = [];
  for (let i = 0; i < words.length; i += 100) {
    const some = words.slice(i, i + 100).filter((word) => !isListed(word));
    if (!(await isBlocked(some.join('\n')))) continue;
    for (const word of some) if (await isBlocked(word)) blocked.push(word);
  }
  return blocked;
}

test.each([
  ['English', english, 270_000],
  ['French', french, 330_000],
  ['German', german, 110_000],
])(
  'of all %s words none is blocked that is not listed itself',
  async (_, words, atLeast) => {
    expect(words.length).toBeGreaterThan(atLeast);
    expect(await blockedOf(words)).toEqual([]);
  },
  120_000,
);

test('names and sentences that hold a listed word inside another one are not blocked', async () => {
  const texts = [...ordinaryNames, ...ordinaryTexts];
  const blocked: string[] = [];
  for (const text of texts) if (await isBlocked(text)) blocked.push(text);
  expect(blocked).toEqual([]);
});

const byHand = [
  ...[
    'a$$',
    '@ss',
    '@$$',
    'a55',
    '$h!t',
    'sh1t',
    '5h1t',
    'b!tch',
    'b1tch',
    'h3ll',
    'p00p',
    'c00n',
    'd1ck',
    'c0ck',
    '$ex',
  ],
  ...[
    'b00b',
    'p1ss',
    'wh0re',
    'pr1ck',
    'a$$h0le',
    'fuuuuck',
    'fuck!!',
    'shiiiit',
    'you f u c k',
    'a s s h o l e',
    'f.u.c.k',
  ],
  ...[
    'fu\u00adck',
    'fսck',
    'ｓｈｉｔ',
    'ꜰᴜᴄᴋ',
    '𝕤𝕙𝕚𝕥',
    'ⓕⓤⓒⓚ',
    '🅵🆄🅲🅺',
    '__shit__',
    '||shit||',
    '~shit~',
    'shit²',
    'shit_',
    '#shit',
    '@shit',
  ],
  ...[
    'Scheisse',
    'SCHEIẞE',
    'sсheiße',
    'Sch31sse',
    'm3rde',
    'putаin',
    'shit/fuck',
    'holyshit? no, shit',
    'x\u2800shit',
    'f\u0336u\u0336c\u0336k\u0336',
  ],
];

test('of more than 300 disguises none passes', async () => {
  const words = ['shit', 'hell', 'poop', 'butt', 'bitch', 'bastard', 'whore', 'asshole'];
  const disguised = [
    ...byHand,
    ...Object.values(disguises).flatMap((disguise) =>
      words.map(disguise).filter((text) => !listed.includes(text)),
    ),
  ];
  expect(new Set(disguised).size).toBeGreaterThan(300);
  const passed: string[] = [];
  for (const text of disguised) if (!(await isBlocked(text))) passed.push(text);
  expect(passed).toEqual([]);
});

const full = (text: string) => text.repeat(Math.floor(4096 / Buffer.byteLength(text)));

test.each([
  ['one that represents eighteen', full('\ufdfa')],
  ['digits that may be letters', full('1!')],
  ['letters that stand alone', full('a s ')],
  ['letters with full stops', full('a.s.')],
  ['marks on one letter', `a${full('\u0301')}`],
  [
    'characters that are all different',
    String.fromCodePoint(...Array.from({ length: 1365 }, (_, i) => 0x4e00 + i)),
  ],
  ['signs', full('@$')],
])('a message of the largest size takes a few milliseconds at most, of %s', async (_, message) => {
  const times: number[] = [];
  for (let i = 0; i < 50; i += 1) {
    const startMs = performance.now();
    await isBlocked(message);
    times.push(performance.now() - startMs);
  }
  // The best of many: what else the machine does is not measured.
  expect(Math.min(...times)).toBeLessThan(2);
});
