import { InvalidArgumentError } from 'commander';

/** Parses an option of a command line that is a number within bounds. */
export const numberFrom =
  (min: number, max: number, isWhole = true) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max && (!isWhole || Number.isInteger(value)))
      return value;
    throw new InvalidArgumentError(
      `a ${isWhole ? 'whole number' : 'number'} from ${min} to ${max} is expected`,
    );
  };

export const listFrom = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** @param choices the words that the list may have */
export const choicesFrom =
  <Choice extends string>(choices: readonly Choice[]) =>
  (text: string): readonly Choice[] =>
    listFrom(text).map((item) => {
      const found = choices.find((choice) => choice === item);
      if (found === undefined)
        throw new InvalidArgumentError(`${JSON.stringify(item)} is none of ${choices.join(', ')}`);
      return found;
    });
