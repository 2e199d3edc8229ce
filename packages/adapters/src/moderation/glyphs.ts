/**
 * Turns a text into glyphs: one per visible character, each with the letters that it may be read as. Texts that look the same
 * get the same glyphs.
 */
import { resolveConfusablesTransformer } from 'obscenity';

/**
 * Letters and digits form words. A `sign` may be read as a letter or end a word: `$hit`, `damn!`. All other kinds separate
 * words; a `quote` is treated apart because of words such as `we'll`.
 */
type GlyphKind = 'letter' | 'digit' | 'sign' | 'quote' | 'space' | 'other';

export interface Glyph {
  readonly character: string;
  readonly kind: GlyphKind;
  /** The letters that it may be read as: itself, and the small Latin letters that it looks like. */
  readonly readings: readonly string[];
  readonly script: 'latin' | 'other' | 'none';
  /** True for a script that writes words without spaces between them, such as Chinese, Japanese, Korean and Thai. */
  readonly isUnspaced: boolean;
}

export interface Glyphs {
  readonly glyphs: readonly Glyph[];
  /** Indexes of the glyphs that follow a character which looks like a space but is none. */
  readonly gaps: ReadonlySet<number>;
}

const disguises: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'il',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'gb',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '+': 't',
  '(': 'c',
  // Letters that the library's table of look-alikes reads differently or does not contain.
  ι: 'il',
  ꜰ: 'f',
};
const signs = new Set('@$!+(');
/** Latin letters and the Cyrillic letters that look like them. */
const cyrillic: Readonly<Record<string, string>> = {
  ...{ a: 'а', b: 'в', c: 'с', e: 'е', h: 'н', i: 'і', k: 'к', m: 'м' },
  ...{ o: 'о', p: 'р', s: 'ѕ', t: 'т', x: 'х', y: 'у', j: 'ј' },
};
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const enclosed = /[\u{1f100}-\u{1f1ff}\u{24b6}-\u{24e9}]/u;
/** Characters that a reader does not see. `\p{Script=Inherited}` are the combining marks that fit every script. */
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Script=Inherited}\p{Me}]/u;
/** Characters that look like a space: they are not part of a word, and a word may begin after them. */
const blank = /[\u115f\u1160\u3164\uffa0\u2800]/;
const accented = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;
const spelledOut: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe' };
/** A character that represents more letters (U+FDFA: eighteen) is kept as it is, so no text grows by more than this factor. */
const expansionMax = 4;
const lookAlikes = resolveConfusablesTransformer();
/** More repetitions of a letter are reduced to this number. */
const repeatsMax = 3;
const rememberedMax = 4096;
/** A cache of glyphs by character; null for one that looks like a space. */
const remembered = new Map<string, readonly Glyph[] | null>();
const glyphByLetter = new Map<string, Glyph>();

export function glyphsOf(text: string): Glyphs {
  const glyphs: Glyph[] = [];
  const gaps = new Set<number>();
  let repeats = 0;
  for (const character of text) {
    const seen = seenAs(character);
    if (seen === null) gaps.add(glyphs.length);
    for (const glyph of seen ?? []) {
      repeats = glyph.character === glyphs[glyphs.length - 1]?.character ? repeats + 1 : 1;
      if (repeats <= repeatsMax || glyph.kind === 'digit') glyphs.push(glyph);
    }
  }
  return { glyphs, gaps };
}

function seenAs(character: string): readonly Glyph[] | null {
  const known = remembered.get(character);
  if (known !== undefined) return known;
  if (remembered.size >= rememberedMax) {
    remembered.clear();
    glyphByLetter.clear();
  }
  const fold = foldOf(character);
  const seen = fold === 'blank' ? null : fold === 'invisible' ? [] : Array.from(fold.letters, glyphOf);
  remembered.set(character, seen);
  return seen;
}

type Fold = 'invisible' | 'blank' | { readonly letters: string };

/** @param character one code point */
function foldOf(character: string): Fold {
  if (blank.test(character)) return 'blank';
  if (invisible.test(character)) return 'invisible';
  const compatible = character.normalize('NFKC').toLowerCase();
  // A single character such as U+249C shows a letter in parentheses.
  const plain = compatible.replace(/^\((.)\)$/u, '$1');
  const bare = accented.test(plain) ? plain.normalize('NFD').replace(/\p{M}/gu, '') : plain;
  const letters = spelledOut[bare] ?? bare;
  return { letters: Array.from(letters).length > expansionMax ? character : letters };
}

function glyphOf(character: string): Glyph {
  const known = glyphByLetter.get(character);
  if (known !== undefined) return known;
  const kind = kindOf(character);
  const look = String.fromCodePoint(lookAlikes.transform(character.codePointAt(0) ?? 0) ?? 0).toLowerCase();
  const isRespelt = look !== character && /^[a-z]$/.test(look);
  const glyph: Glyph = {
    character,
    kind: kind === 'other' && isRespelt ? 'sign' : kind,
    readings: [character, ...(disguises[character] ?? (isRespelt ? look : ''))],
    script: kind !== 'letter' ? 'none' : /[\p{Script=Latin}\p{So}]/u.test(character) ? 'latin' : 'other',
    isUnspaced: unspaced.test(character),
  };
  glyphByLetter.set(character, glyph);
  return glyph;
}

function kindOf(character: string): GlyphKind {
  if (/^[\p{L}\p{M}]$/u.test(character) || enclosed.test(character)) return 'letter';
  if (/^\p{Nd}$/u.test(character)) return 'digit';
  if (/^\s$/.test(character)) return 'space';
  if (/^['’‘`´]$/.test(character)) return 'quote';
  return signs.has(character) ? 'sign' : 'other';
}

export const isOfWord = ({ kind }: Glyph): boolean =>
  kind === 'letter' || kind === 'digit' || kind === 'sign';

/** @returns the letters that each glyph may be read as. In a word of several scripts, a letter may imitate another script */
export function readingsOf(glyphs: readonly Glyph[]): readonly (readonly string[])[] {
  const readings: (readonly string[])[] = [];
  let start = 0;
  let hasLatin = false;
  let hasOther = false;
  for (let end = 0; end <= glyphs.length; end += 1) {
    const glyph = glyphs[end];
    if (glyph !== undefined && isOfWord(glyph)) {
      hasLatin ||= glyph.script === 'latin';
      hasOther ||= glyph.script === 'other';
      continue;
    }
    for (; start < end; start += 1) {
      const inside = glyphs[start];
      if (inside !== undefined) readings.push(hasOther ? mixedReadings(inside, hasLatin) : inside.readings);
    }
    if (glyph !== undefined) readings.push(glyph.readings);
    start = end + 1;
    hasLatin = false;
    hasOther = false;
  }
  return readings;
}

function mixedReadings({ character, readings, script }: Glyph, hasLatin: boolean): readonly string[] {
  if (script === 'other') return hasLatin ? readings : [character];
  return [...readings, ...readings.flatMap((letter) => cyrillic[letter] ?? [])];
}
