/** The envelope of a request and of its answer, and how malformed ones are refused. */
import { z } from 'zod';
import { type ErrorCode, errors, type Failure, type FailureBody } from './errors.ts';
import { isPlainEnvelope } from './fast-path.ts';
import { requestIdSchema } from './ids.ts';
import { issueText } from './issue-text.ts';
import { limits } from './limits.ts';
import { infinityProblem, isDeeperThan, jsonObjectSchema } from './text.ts';

export const requestEnvelopeSchema = z.strictObject({
  service: z.string().min(1).max(64).optional(),
  request_type: z.string().min(1).max(64),
  request_id: requestIdSchema.optional(),
  args: jsonObjectSchema('args').nullish(),
});
export type RequestEnvelope = z.infer<typeof requestEnvelopeSchema>;

export interface Success<R> {
  readonly request_id: string;
  readonly success: true;
  readonly result: R;
}
export interface FailedAnswer extends FailureBody {
  readonly request_id: string;
  readonly success: false;
}
/** What an ack, or the push `response`, holds. */
export type Answer<R> = Success<R> | FailedAnswer;

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** Names what is wrong with the first offending field, and the limit if there is one. */
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
  // JSON.parse makes Infinity of 1e999: a schema that takes any value would pass it on.
  const problem = parsed.ok ? infinityProblem(input) : null;
  if (problem === null) return parsed;
  const { field, error } = problem;
  return { ok: false, failure: { code: fallback, error, details: { field } } };
}

const plainly = { error: issueText };

function parseShape<T>(schema: z.ZodType<T>, input: unknown, fallback: ErrorCode): Parsed<T> {
  const parsed = schema.safeParse(input, plainly);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, failure: failureOf(parsed.error.issues[0], fallback) };
}

/** Parses an envelope without walking its arguments: their depth is checked when their own schema parses them. */
export const parseEnvelope = (input: unknown): Parsed<RequestEnvelope> =>
  isPlainEnvelope(input)
    ? { ok: true, value: input }
    : parseShape(requestEnvelopeSchema, input, 'invalid_request');
