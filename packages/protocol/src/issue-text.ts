/** What is wrong with a field, in words that name the limit. A text of the schema itself comes first. */
import type { z } from 'zod';

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

type RawIssue = z.core.$ZodRawIssue;

/** Begins with `must`: the name of the field precedes it. */
export function issueText(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? missing(issue.expected) : `must be ${kindOf(issue.expected)}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${measure(issue.origin)} at least ${String(issue.minimum)}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must ${measure(issue.origin)} at most ${String(issue.maximum)}${unitOf(issue.origin)}`;
    case 'invalid_union':
      return 'must have one of the forms that are documented';
    default:
      return undefined;
  }
}

const kindOf = (expected: string): string => kinds[expected] ?? `of the type ${expected}`;
const missing = (expected: string): string => `must be there, as ${kindOf(expected)}`;
const isCounted = (origin: string): boolean => origin === 'string' || origin === 'array' || origin === 'set';
const measure = (origin: string): string => (isCounted(origin) ? 'have' : 'be');
const unitOf = (origin: string): string =>
  origin === 'string' ? ' characters' : isCounted(origin) ? ' items' : '';
