/** Moderation by a list of words, also where they are disguised: look-alike letters, digits for letters, repeated letters. */
import { type Moderation, PlenumError } from '@plenum/core';
import {
  collapseDuplicatesTransformer,
  parseRawPattern,
  RegExpMatcher,
  remapCharactersTransformer,
  resolveConfusablesTransformer,
} from 'obscenity';

/** Digits and signs that are read as letters. Punctuation that ends a sentence is none of them: `word!` has to end there. */
const disguises = { a: '@4', e: '3', g: '6', i: '1', o: '0', s: '$5', t: '7' };

const disguise = /[@4361057$]/;

const lookAlikes = resolveConfusablesTransformer();
const digits = remapCharactersTransformer(disguises);
type Respelling = typeof lookAlikes;

/** One spelling of what looks the same: compatibility forms, case, characters without a shape. */
const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Cf}/gu, '');

/** A word as the matcher sees a text: what is done to the one must be done to the other, or they never meet. */
function spelt(word: string, respellings: readonly Respelling[]): string {
  const letters = Array.from(folded(word), (letter) => {
    const code = respellings.reduce<number | undefined>(
      (seen, { transform }) => (seen === undefined ? undefined : transform(seen)),
      letter.codePointAt(0),
    );
    return code === undefined ? '' : String.fromCodePoint(code);
  });
  return letters.join('').replace(/(.)\1+/gsu, '$1');
}

/** Whole words only, at an end that is a Latin letter or a digit: there "ass" must not be found in "class". */
function patternOf(spelling: string) {
  const start = /^\w/.test(spelling) ? '|' : '';
  const end = /\w$/.test(spelling) ? '|' : '';
  return parseRawPattern(`${start}${spelling.replace(/[\\[\]?|]/g, '\\$&')}${end}`);
}

function matcherOf(words: readonly string[], respellings: readonly Respelling[]): RegExpMatcher {
  const spellings = [...new Set(words.map((word) => spelt(word, respellings)))].filter(Boolean);
  return new RegExpMatcher({
    blacklistedTerms: spellings.map((spelling, id) => ({ id, pattern: patternOf(spelling) })),
    blacklistMatcherTransformers: [...respellings, collapseDuplicatesTransformer()],
  });
}

/** With this many a message of 4 KiB takes a few milliseconds, in which the node does nothing else. */
const maxWords = 2000;

/**
 * Denies with the reason `blocked` what holds one of `words`, which may be phrases. Nothing it does can fail or wait.
 * @throws TypeError for more than 2,000 words
 */
export function createWordListModeration(words: readonly string[]): Moderation {
  if (words.length > maxWords) {
    throw new TypeError(`moderation takes at most ${maxWords} words; a webhook can hold more`);
  }
  // The second one alone would miss "word$": a sign that is read as a letter makes the word longer.
  const plain = matcherOf(words, [lookAlikes]);
  const undisguised = matcherOf(words, [lookAlikes, digits]);
  return {
    check: async ({ message }, { signal }) => {
      if (signal.aborted) throw PlenumError.of('unavailable');
      const text = folded(message);
      const isBlocked = plain.hasMatch(text) || (disguise.test(text) && undisguised.hasMatch(text));
      return isBlocked ? { isAllowed: false, reason: 'blocked' } : { isAllowed: true };
    },
  };
}
