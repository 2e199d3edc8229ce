/** A tree of the letters of listed words, and the walk that follows a text through the tree. */
import type { Glyph } from './glyphs.ts';

export class WordNode {
  readonly letter: string;
  /** The previous different letter of the word. */
  readonly before: string;
  readonly next = new Map<string, WordNode>();
  isWord = false;
  /** True if a phrase continues with another word after this letter. */
  isPhrase = false;
  /** The length of the word that ends here, in letters. */
  length = 0;
  /** True if the word that ends here contains a letter: a number in a text never matches such a word. */
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
  /** @returns the index at which the next word of a phrase begins; null if there is none */
  readonly nextWord: (index: number) => number | null;
}

/**
 * The state of a walk, packed into one number because a walk makes thousands of them. A run is a sequence of equal letters.
 * Bits 0 to 7: length of the current run in the text; 8 to 15: in the word; 16 to 23: number of earlier runs that are doubled
 * in the text but single in the word. Three flags follow.
 */
type Stretch = number;
const oneInText = 1;
const oneInWord = 1 << 8;
const oneDoubled = 1 << 16;
const runs = 0xffff;
/** Flag: a run is longer than in any spelling. */
const drawn = 1 << 24;
const lettered = 1 << 25;
/** Flag: a digit was read as a letter. */
const numbered = 1 << 26;

/** Letters that hardly any word doubles. Hardly any word doubles a consonant after another consonant either. */
const neverDoubled = /[hijkquvwxy]/;
const consonant = /[bcdfghjklmnpqrstvwxz]/;
/** From this length a word with a doubled letter is the same word. In a short word it may be another one: `god`, `good`. */
const longWord = 6;

/** Finds words at given places of one text. */
export class WordWalk {
  readonly #root: WordNode;
  readonly #place: Place;
  /** The index at which a digit that is read as a digit cannot begin a word: 88 is not in 1988. */
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
    // A number never matches a word of letters, whatever its digits look like.
    const isNumber = (stretch & lettered) === 0 && (stretch & numbered) !== 0;
    if (!node.isWord || (node.hasLetters && isNumber)) return false;
    // A number must end where the word ends: 88 is not in 880.
    if (/\d/.test(node.letter) && this.#place.glyphs[index]?.kind === 'digit') return false;
    const whole = closed(node, stretch);
    const doubled = (whole >> 16) & 0xff;
    if (doubled === 0 || (whole & drawn) !== 0) return true;
    // A doubled e at the end may be an ending: `salopé`, `salopée`.
    if (node.letter === 'e' && (whole & ~runs) !== (stretch & ~runs)) return false;
    return node.length >= longWord - (doubled > 1 ? 1 : 0);
  }

  /** Continues with the next word of a phrase. */
  #goesOnBehind(node: WordNode, index: number, stretch: Stretch): boolean {
    const space = node.next.get(' ');
    const next = space === undefined ? null : this.#place.nextWord(index);
    return space !== undefined && next !== null && this.#goesOn(space, next, closed(node, stretch));
  }
}

/** @returns the state after the end of the current run */
function closed({ letter, before }: WordNode, stretch: Stretch): Stretch {
  const inText = stretch & 0xff;
  const inWord = (stretch >> 8) & 0xff;
  const ended = stretch & ~runs;
  if (inText === inWord) return ended;
  const isOdd = neverDoubled.test(letter) || (consonant.test(letter) && consonant.test(before));
  return inText === 2 && inWord === 1 && !isOdd ? ended + oneDoubled : ended | drawn;
}
