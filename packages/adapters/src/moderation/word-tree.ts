/** Words as a tree of their letters, and the walk of a text through it. */
import type { Glyph } from './glyphs.ts';

export class WordNode {
  readonly letter: string;
  /** Of the letter before it, unless that is the same. */
  readonly before: string;
  readonly next = new Map<string, WordNode>();
  isWord = false;
  /** The next word of a phrase, after the word that ends here. */
  isPhrase = false;
  /** Of the word that ends here, in letters. */
  length = 0;
  /** The word has letters, not digits alone: a number is never read as one. */
  hasLetters = false;

  constructor(letter = '', before = '') {
    this.letter = letter;
    this.before = before;
  }

  add(letters: readonly string[]): void {
    let node: WordNode = this;
    for (const letter of letters) {
      const before = node.letter === letter ? node.before : node.letter;
      const child = node.next.get(letter) ?? new WordNode(letter, before);
      node.next.set(letter, child);
      if (letter === ' ') node.isPhrase = true;
      node = child;
    }
    if (letters.length === 0) return;
    node.isWord = true;
    node.length = letters.length;
    node.hasLetters = letters.some((letter) => /\p{L}/u.test(letter));
  }
}

/** Where words may begin and end in a text. */
export interface Place {
  readonly glyphs: readonly Glyph[];
  readonly readings: readonly (readonly string[])[];
  readonly isEnd: (index: number) => boolean;
  /** First of the next word of a phrase; null: there is none. */
  readonly nextWord: (index: number) => number | null;
}

/**
 * The state of a walk in one number, since a walk makes thousands: bits 0 to 7 letters of the present run in the text, 8 to 15
 * in the word, 16 to 23 earlier runs that are doubled where the word has one letter; then three marks.
 */
type Stretch = number;
const oneInText = 1;
const oneInWord = 1 << 8;
const oneDoubled = 1 << 16;
const runs = 0xffff;
/** A run is longer than in any spelling. */
const drawn = 1 << 24;
const lettered = 1 << 25;
/** A digit is read as a letter. */
const numbered = 1 << 26;

/** Hardly any word doubles these, or any consonant after another consonant. */
const neverDoubled = /[hijkquvwxy]/;
const consonant = /[bcdfghjklmnpqrstvwxz]/;
/** A doubled letter makes another word of a short one (`god`, `good`), hardly ever of one this long. */
const longWord = 6;

/** Finds words at given places of one text. */
export class WordWalk {
  readonly #root: WordNode;
  readonly #place: Place;
  /** Where a digit that is read as itself begins nothing: 88 is not in 1988. */
  #startInNumber = -1;

  constructor(root: WordNode, place: Place) {
    this.#root = root;
    this.#place = place;
  }

  isWordAt(start: number): boolean {
    const { glyphs } = this.#place;
    const isInNumber = glyphs[start - 1]?.kind === 'digit' && glyphs[start]?.kind === 'digit';
    this.#startInNumber = isInNumber ? start : -1;
    return this.#goesOn(this.#root, start, 0);
  }

  #goesOn(node: WordNode, index: number, stretch: Stretch): boolean {
    const { glyphs, readings, isEnd } = this.#place;
    if ((node.isWord || node.isPhrase) && isEnd(index)) {
      if (this.#isFound(node, index, stretch) || this.#goesOnBehind(node, index, stretch)) return true;
    }
    const glyph = glyphs[index];
    if (glyph === undefined) return false;
    const marked = stretch | (glyph.kind === 'letter' ? lettered : glyph.kind === 'digit' ? numbered : 0);
    const isRepeated = index > 0 && glyphs[index - 1]?.character === glyph.character;
    for (const letter of readings[index] ?? []) {
      if (index === this.#startInNumber && letter === glyph.character) continue;
      const child = node.next.get(letter);
      const isSame = letter === node.letter;
      if (child !== undefined) {
        const run = isSame ? marked + oneInText + oneInWord : closed(node, marked) + oneInText + oneInWord;
        if (this.#goesOn(child, index + 1, run)) return true;
      }
      if (isSame && isRepeated && this.#goesOn(node, index + 1, marked + oneInText)) return true;
    }
    return false;
  }

  #isFound(node: WordNode, index: number, stretch: Stretch): boolean {
    // A number is no word, whatever its digits look like.
    const isNumber = (stretch & lettered) === 0 && (stretch & numbered) !== 0;
    if (!node.isWord || (node.hasLetters && isNumber)) return false;
    // 88 is not in 880.
    if (/\d/.test(node.letter) && this.#place.glyphs[index]?.kind === 'digit') return false;
    const whole = closed(node, stretch);
    const doubled = (whole >> 16) & 0xff;
    if (doubled === 0 || (whole & drawn) !== 0) return true;
    // `salopé`, `salopée`
    if (node.letter === 'e' && (whole & ~runs) !== (stretch & ~runs)) return false;
    return node.length >= longWord - (doubled > 1 ? 1 : 0);
  }

  /** The next word of a phrase. */
  #goesOnBehind(node: WordNode, index: number, stretch: Stretch): boolean {
    const space = node.next.get(' ');
    const next = space === undefined ? null : this.#place.nextWord(index);
    return space !== undefined && next !== null && this.#goesOn(space, next, closed(node, stretch));
  }
}

/** The present run has ended. */
function closed({ letter, before }: WordNode, stretch: Stretch): Stretch {
  const inText = stretch & 0xff;
  const inWord = (stretch >> 8) & 0xff;
  const ended = stretch & ~runs;
  if (inText === inWord) return ended;
  const isOdd = neverDoubled.test(letter) || (consonant.test(letter) && consonant.test(before));
  return inText === 2 && inWord === 1 && !isOdd ? ended + oneDoubled : ended | drawn;
}
