/** Finds listed words in a text, as written or with other characters between their letters. */
import { type Glyph, type Glyphs, glyphsOf, isOfWord, readingsOf } from './glyphs.ts';
import { type Place, type WordNode, WordWalk } from './word-tree.ts';

/**
 * The listed words as trees. `spaced`: words of letters and digits in scripts with spaces. `exact`: words that contain other
 * signs or belong to a script without spaces; they are found only as written.
 */
export interface Words {
  readonly spaced: WordNode;
  readonly exact: WordNode;
}

const isBorder = (glyph: Glyph | undefined): boolean =>
  glyph === undefined || (glyph.kind !== 'letter' && glyph.kind !== 'digit');

export function holdsWord(text: string, { spaced, exact }: Words): boolean {
  const seen = glyphsOf(text);
  if (exact.next.size > 0 && holdsExactly(seen.glyphs, exact)) return true;
  if (spaced.next.size === 0) return false;
  return holdsWhole(seen, spaced) || holdsJoined(seen, spaced) || holdsLetterByLetter(seen, spaced);
}

function holdsExactly(glyphs: readonly Glyph[], root: WordNode): boolean {
  for (let start = 0; start < glyphs.length; start += 1) {
    let node: WordNode | undefined = root;
    for (let end = start; node !== undefined; end += 1) {
      if (node.isWord && isWhole(glyphs, start, end)) return true;
      node = node.next.get(glyphs[end]?.character ?? '');
    }
  }
  return false;
}

/** True if the found piece is a whole word: a letter or digit at its ends must also be the end of a word in the text. */
function isWhole(glyphs: readonly Glyph[], start: number, end: number): boolean {
  const isFree = (inside: Glyph | undefined, outside: Glyph | undefined) =>
    isBorder(inside) || inside?.isUnspaced === true || isBorder(outside);
  return isFree(glyphs[start], glyphs[start - 1]) && isFree(glyphs[end - 1], glyphs[end]);
}

/** Finds only whole words: "ass" is not in "class". Digits at the ends of a word are ignored. */
function holdsWhole({ glyphs, gaps }: Glyphs, root: WordNode): boolean {
  const ends = new Uint8Array(glyphs.length + 1);
  ends[glyphs.length] = 1;
  for (let i = glyphs.length - 1; i >= 0; i -= 1) {
    const glyph = glyphs[i];
    if (isBorder(glyph) || gaps.has(i) || (glyph?.kind === 'digit' && ends[i + 1] === 1)) ends[i] = 1;
  }
  const isStart = (i: number) => i >= glyphs.length || isBorder(glyphs[i - 1]) || gaps.has(i);
  const place: Place = {
    glyphs,
    readings: readingsOf(glyphs),
    isEnd: (i) => ends[i] === 1,
    nextWord: (i) => {
      let next = i;
      for (let glyph = glyphs[next]; glyph !== undefined && !isOfWord(glyph); glyph = glyphs[next]) next += 1;
      return next < glyphs.length && (next > i || gaps.has(i)) ? next : null;
    },
  };
  const walk = new WordWalk(root, place);
  let canStart = false;
  for (let i = 0; i < glyphs.length; i += 1) {
    canStart = isStart(i) || (canStart && glyphs[i - 1]?.kind === 'digit');
    if (canStart && walk.isWordAt(i)) return true;
  }
  return false;
}

/** Finds a word with punctuation in it, such as `fr.ack` or `f-r-a-c-k`: ignores punctuation between two spaces. */
function holdsJoined({ glyphs }: Glyphs, root: WordNode): boolean {
  for (let start = 0; start < glyphs.length; ) {
    let end = start;
    let isBroken = false;
    let hasQuote = false;
    for (let glyph = glyphs[end]; glyph !== undefined && glyph.kind !== 'space'; glyph = glyphs[end]) {
      isBroken ||= glyph.kind === 'other';
      hasQuote ||= glyph.kind === 'quote';
      end += 1;
    }
    if (isBroken && !hasQuote && isWord(glyphs.slice(start, end).filter(isOfWord), root)) return true;
    start = end + 1;
  }
  return false;
}

/** Maximum number of characters between two letters of a word that is spelt letter by letter. */
const betweenMax = 3;
/** Words of one letter that may come before a spelt word: `a f r a c k`, `i f r a c k`, `u f r a c k`. */
const oneLetterWords = new Set(['a', 'i', 'u']);

interface Single {
  readonly glyph: Glyph;
  /** The text between the previous single letter and this one. */
  readonly before: string;
}

/** Finds a word that is spelt letter by letter: `f r a c k`, `f. r. a. c. k.`. Two spaces end it if one separates its letters. */
function holdsLetterByLetter({ glyphs }: Glyphs, root: WordNode): boolean {
  for (const singles of singlesIn(glyphs)) {
    if (isLetterByLetter(singles, root)) return true;
    const separator = singles[1]?.before;
    let from = 0;
    for (let i = 1; i <= singles.length; i += 1) {
      if (i < singles.length && singles[i]?.before === separator) continue;
      if (isLetterByLetter(singles.slice(from, i), root)) return true;
      from = i;
    }
  }
  return false;
}

function isLetterByLetter(singles: readonly Single[], root: WordNode): boolean {
  const glyphs = singles.map(({ glyph }) => glyph);
  if (glyphs.length < 3) return false;
  const isAfterWord = oneLetterWords.has(glyphs[0]?.character ?? '');
  return isWord(glyphs, root) || (isAfterWord && isWord(glyphs.slice(1), root));
}

/** @returns the runs of three or more single letters */
function singlesIn(glyphs: readonly Glyph[]): Single[][] {
  const runs: Single[][] = [];
  let run: Single[] = [];
  let before = '';
  const end = () => {
    if (run.length >= 3) runs.push(run);
    run = [];
  };
  for (let i = 0; i < glyphs.length; i += 1) {
    const glyph = glyphs[i];
    if (glyph === undefined) break;
    if (!isOfWord(glyph)) {
      before += glyph.character;
      if (glyph.kind === 'quote' || before.length > betweenMax) end();
      continue;
    }
    if (!isAlone(glyphs, i)) end();
    else run.push({ glyph, before });
    before = '';
  }
  end();
  return runs;
}

function isAlone(glyphs: readonly Glyph[], i: number): boolean {
  const before = glyphs[i - 1];
  const after = glyphs[i + 1];
  return (before === undefined || !isOfWord(before)) && (after === undefined || !isOfWord(after));
}

/** True if all glyphs together are a listed word; signs and digits at the ends are ignored. */
function isWord(glyphs: readonly Glyph[], root: WordNode): boolean {
  const lastLetter = glyphs.findLastIndex(({ kind }) => kind === 'letter');
  const firstLetter = glyphs.findIndex(({ kind }) => kind === 'letter');
  if (firstLetter === -1) return false;
  const place: Place = {
    glyphs,
    readings: readingsOf(glyphs),
    isEnd: (i) => i > lastLetter,
    nextWord: () => null,
  };
  const walk = new WordWalk(root, place);
  for (let start = 0; start <= firstLetter; start += 1) if (walk.isWordAt(start)) return true;
  return false;
}

/** Adds a listed word to one of the trees. @returns false if the word has no visible character */
export function addWord(word: string, { spaced, exact }: Words): boolean {
  const { glyphs } = glyphsOf(word.trim());
  const isPlain = ({ kind, isUnspaced }: Glyph) =>
    !isUnspaced && (kind === 'letter' || kind === 'digit' || kind === 'space');
  const isSpaced = glyphs.every(isPlain);
  const letters = glyphs.map(({ kind, character }) => (kind === 'space' ? ' ' : character));
  const single = isSpaced ? letters.filter((letter, i) => letter !== ' ' || letters[i - 1] !== ' ') : letters;
  (isSpaced ? spaced : exact).add(single);
  return single.length > 0;
}
