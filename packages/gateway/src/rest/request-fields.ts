/**
 * Parses path, query and body of an HTTP request by the schemas of its route. An unknown field is refused by its
 * name.
 */
import { type Parsed, parse } from '@plenum/protocol';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

export type Fields = Readonly<Record<string, unknown>>;

interface FieldsOfRoute {
  /** Default: none. */
  readonly params?: z.ZodObject;
  /** Default: none. */
  readonly query?: z.ZodObject;
  /** Null: the route takes no body. */
  readonly body: z.ZodObject | null;
}

/** The first query field with a space, which few valid values have; null: there is none. */
function spacedIn(query: unknown): string | null {
  const fields = Object.entries(typeof query === 'object' && query !== null ? query : {});
  const spaced = fields.find(([, value]) => [value].flat().some((text) => String(text).includes(' ')));
  return spaced === undefined ? null : spaced[0].slice(0, 64);
}

/** Where a field with a space is refused, the space is the likely reason: few know what a + means. */
function spacedFailure(query: unknown, refused: Refused): Refused {
  const spaced = spacedIn(query);
  if (spaced === null || refused.failure.details?.field !== spaced) return refused;
  const error = `${spaced} holds a space: a + in a query means one, and is written as %2B itself`;
  return { ok: false, failure: { code: 'invalid_args', error, details: { field: spaced } } };
}
type Refused = Extract<Parsed<Fields>, { readonly ok: false }>;

const none = z.strictObject({});

export function fieldsOf(
  { params = none, query = none, body }: FieldsOfRoute,
  request: FastifyRequest,
): Parsed<Fields> {
  if (body === null && request.body !== undefined) {
    const failure = {
      code: 'invalid_args',
      error: 'this route takes no body',
      details: { field: 'body' },
    } as const;
    return { ok: false, failure };
  }
  const parts = [
    [params, request.params],
    [query, request.query],
    // An absent body counts as `{}`; `null` is a body that is no object.
    [body ?? none, request.body === undefined ? {} : request.body],
  ] as const;
  let fields: Fields = {};
  for (const [schema, input] of parts) {
    const part = parse(schema, input, 'invalid_args');
    if (!part.ok) return schema === query ? spacedFailure(request.query, part) : part;
    fields = { ...fields, ...part.value };
  }
  return { ok: true, value: fields };
}
