/** Ways to write a word so that a reader sees it and a comparison of letters does not. */

const offset = (base: number) => (letter: string) => String.fromCodePoint(base + letter.charCodeAt(0) - 97);
const each = (change: (letter: string) => string) => (word: string) => word.replace(/[a-z]/g, change);
const within = (inside: string) => (word: string) => `${word.slice(0, 2)}${inside}${word.slice(2)}`;
const behindEach = (mark: string) => (word: string) => [...word].map((letter) => letter + mark).join('');
const between = (sign: string) => (word: string) => [...word].join(sign);
const around =
  (before: string, after = before) =>
  (word: string) =>
    `${before}${word}${after}`;
const replacing = (letters: Readonly<Record<string, string>>) => (word: string) =>
  word.replace(/[a-z]/g, (letter) => letters[letter] ?? letter);

export const disguises: Readonly<Record<string, (word: string) => string>> = {
  'capital letters': (word) => word.toUpperCase(),
  'every other letter capital': (word) => [...word].map((l, i) => (i % 2 ? l.toUpperCase() : l)).join(''),
  'a zero-width space': within('\u200b'),
  'a zero-width joiner': within('\u200d'),
  'a soft hyphen': within('\u00ad'),
  'a word joiner': within('\u2060'),
  'a combining grapheme joiner': within('\u034f'),
  'a variation selector': within('\ufe0f'),
  'a tag character': within('\u{e0061}'),
  'a right-to-left mark': within('\u200f'),
  'a Hangul filler': within('\u3164'),
  'a Hangul choseong filler': within('\u115f'),
  'a halfwidth Hangul filler': within('\uffa0'),
  'a blank Braille pattern': within('\u2800'),
  'a Mongolian vowel separator': within('\u180e'),
  'letters that are struck out': behindEach('\u0336'),
  'letters that are underlined': behindEach('\u0332'),
  'letters with marks above and below': behindEach('\u0301\u0316'),
  accents: replacing({ a: 'ä', e: 'é', i: 'ï', o: 'ô', u: 'ü', c: 'ç' }),
  'fullwidth letters': each(offset(0xff41)),
  'mathematical letters': each(offset(0x1d41a)),
  'Fraktur letters': each(offset(0x1d586)),
  'letters in circles': each(offset(0x24d0)),
  'letters in parentheses': each(offset(0x249c)),
  'letters in black circles': each(offset(0x1f150)),
  'letters in squares': each(offset(0x1f130)),
  'spaces between the letters': between(' '),
  'two spaces between the letters': between('  '),
  'no-break spaces between the letters': between('\u00a0'),
  'full stops between the letters': between('.'),
  'hyphens between the letters': between('-'),
  'underscores between the letters': between('_'),
  'asterisks between the letters': between('*'),
  'full stops and spaces between the letters': between('. '),
  'a full stop inside': within('.'),
  'an asterisk inside': within('*'),
  'an underscore on both sides': around('_'),
  'two underscores on both sides': around('__'),
  'bars on both sides': around('||'),
  'tildes on both sides': around('~~'),
  'asterisks on both sides': around('**'),
  'backticks on both sides': around('`'),
  'quotation marks on both sides': around('»', '«'),
  'a digit behind it': around('', '1'),
  'digits behind it': around('', '2024'),
  'a digit before it': around('4', ''),
  'a superscript digit behind it': around('', '¹'),
  'exclamation marks behind it': around('', '!!!'),
  'digits for letters': replacing({ e: '3', o: '0', s: '5', t: '7', i: '1' }),
  'signs for letters': replacing({ s: '$', i: '!', a: '@' }),
  'a letter drawn out': (word) => word.replace(/[aeiou]/, (letter) => letter.repeat(6)),
  'all letters drawn out': behindEachTwice,
  'Cyrillic letters': (word) => replacing({ a: 'а', e: 'е', o: 'о', c: 'с', i: 'і', u: 'υ' })(word),
  'Greek letters': replacing({ a: 'α', o: 'ο', i: 'ι', u: 'υ', e: 'ε' }),
};

function behindEachTwice(word: string): string {
  return word.replace(/[a-z]/g, (letter) => letter.repeat(3));
}
