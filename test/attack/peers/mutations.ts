/** Mutations of texts and bytes by a seed: the same seed makes the same inputs, so that a failure can be repeated. */
export interface Dice {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** True once in `every`. */
  once(every: number): boolean;
}

/** mulberry32: small, and good enough to choose inputs. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    once: (every) => below(every) === 0,
  };
}

const pieces = [
  '',
  '\0',
  '\r\n',
  '\r\n\r\n',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '-1',
  '1e999',
  '9007199254740993',
  'null',
  'true',
  '[[[[[[[[[[',
  '{"a":'.repeat(40),
  '__proto__',
  'constructor',
  '%00',
  '%',
  '..',
  '/',
  ' ',
  '\t',
  '\ud83d',
  'é',
  '\u202e',
  '_placeholder',
  '0',
  '4',
  '45',
  '51-',
  'x'.repeat(300),
] as const;

const steps: readonly [(text: string, dice: Dice) => string, ...((text: string, dice: Dice) => string)[]] = [
  // One piece is put in.
  (text, dice) => {
    const at = dice.below(text.length + 1);
    return text.slice(0, at) + dice.pick(pieces) + text.slice(at);
  },
  // A part is lost.
  (text, dice) => {
    const at = dice.below(text.length + 1);
    return text.slice(0, at) + text.slice(at + 1 + dice.below(12));
  },
  // A part comes twice.
  (text, dice) => {
    const at = dice.below(text.length + 1);
    const part = text.slice(at, at + 1 + dice.below(20));
    return text.slice(0, at) + part + part + text.slice(at + part.length);
  },
  // One character is another one.
  (text, dice) => {
    const at = dice.below(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(dice.below(256)) + text.slice(at + 1);
  },
  // It ends early.
  (text, dice) => text.slice(0, dice.below(text.length + 1)),
  // A number is another one.
  (text, dice) =>
    text.replace(/\d+/, () => dice.pick(['0', '-1', '1e400', '0.5', '99999999999999999999', '2147483648'])),
  // A JSON text is of another type.
  (text, dice) =>
    text.replace(/"[^"]*"(?=[,}\]])/, () => dice.pick(['null', '7', '[]', '{}', 'true', '""', '"$service"'])),
];

/** Up to three mutations; one in ten stays as it is, so that what comes behind it is reached. */
export function mutated(text: string, dice: Dice): string {
  if (dice.once(10)) return text;
  let result = text;
  for (let count = 1 + dice.below(3); count > 0; count -= 1) result = dice.pick(steps)(result, dice);
  return result;
}
