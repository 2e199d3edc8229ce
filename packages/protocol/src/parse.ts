/**
 * Parses untrusted input by a schema. The result is a value, or a failure that names the first wrong field and its
 * limit.
 */
import type { z } from 'zod';
import { type ErrorCode, errors, type Failure } from './errors.ts';
import { limits } from './limits.ts';
import { infinityProblem, isDeeperThan } from './text.ts';

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** Describes the problem of the first wrong field, with its limit if there is one. */
function failureOf(issue: z.core.$ZodIssue | undefined, fallback: ErrorCode): Failure {
  if (issue === undefined) return { code: fallback };
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...issue.path, ...(unknownKey === undefined ? [] : [unknownKey])];
  const field = path.map(String).join('.');
  const params: { code?: unknown; limit?: unknown } = issue.code === 'custom' ? (issue.params ?? {}) : {};
  const limit = typeof params.limit === 'number' ? params.limit : limitOf(issue);
  const ownCode =
    typeof params.code === 'string' && params.code in errors ? (params.code as ErrorCode) : undefined;
  const isContent = field === 'message' && unknownKey === undefined && fallback === 'invalid_args';
  const code = ownCode ?? (isContent ? 'invalid_content' : fallback);
  const text = unknownKey === undefined ? issue.message : `unknown field ${unknownKey.slice(0, 64)}`;
  return {
    code,
    error: named(field, text),
    details: {
      ...(field === '' ? {} : { field: field.slice(0, 256) }),
      ...(limit === undefined ? {} : { limit }),
    },
  };
}

function named(field: string, text: string): string {
  if (text.startsWith('must ')) return `${field === '' ? 'the input' : field} ${text}`;
  return field === '' || text.includes(field) ? text : `${field}: ${text}`;
}

function limitOf(issue: z.core.$ZodIssue): number | undefined {
  if (issue.code === 'too_big') return Number(issue.maximum);
  if (issue.code === 'too_small') return Number(issue.minimum);
  return undefined;
}

/** Parses untrusted input; refuses deep nesting before any schema walks it. */
export function parse<T>(schema: z.ZodType<T>, input: unknown, fallback: ErrorCode): Parsed<T> {
  if (isDeeperThan(input, limits.argsMaxDepth)) {
    return {
      ok: false,
      failure: {
        code: fallback,
        error: `input nests deeper than ${limits.argsMaxDepth} levels`,
        details: { field: 'args', limit: limits.argsMaxDepth },
      },
    };
  }
  const parsed = parseShape(schema, input, fallback);
  // JSON.parse turns 1e999 into Infinity, which a schema for any value would accept.
  const problem = parsed.ok ? infinityProblem(input) : null;
  if (problem === null) return parsed;
  const { field, error } = problem;
  return { ok: false, failure: { code: fallback, error, details: { field } } };
}

const plainly = { error: issueText };

/** Parses without a limit of depth, for input whose parts are parsed again. */
export function parseShape<T>(schema: z.ZodType<T>, input: unknown, fallback: ErrorCode): Parsed<T> {
  const parsed = schema.safeParse(input, plainly);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, failure: failureOf(parsed.error.issues[0], fallback) };
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/**
 * Describes the problem of a field, with its limit. The text begins with `must`, because the name of the field
 * precedes it. A text of the schema itself takes precedence.
 */
function issueText(issue: z.core.$ZodRawIssue): string | undefined {
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
