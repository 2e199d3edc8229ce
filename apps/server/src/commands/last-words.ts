import { ConfigError, PlenumError } from '@plenum/core';
import { maskedText } from '../config/masked.ts';

/**
 * The text that a command prints for the error that ends it: the stack of a bug, otherwise the message. A message from
 * the error table is written for clients, so the causes follow it:
 * `The service cannot do this right now: no answer within 100 ms`.
 */
export function lastWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  if (isBug) return error.stack ?? error.message;
  if (!(error instanceof PlenumError || error instanceof ConfigError)) return error.message;
  const sentences = [error.message];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    const sentence = maskedText(cause.message);
    if (!sentences.some((said) => said.includes(sentence))) sentences.push(sentence);
  }
  return sentences.join(': ');
}
