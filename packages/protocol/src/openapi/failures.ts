/** The failures of the error table as shared responses, one per HTTP status. */
import { errors } from '../errors.ts';
import type { JsonObject } from './schemas.ts';

const names = {
  400: 'BadRequest',
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  413: 'TooLarge',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'Unavailable',
} as const;
export type FailureStatus = keyof typeof names;

const rows = Object.entries(errors);
const content = { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } };
const retryAfter = {
  'Retry-After': {
    description: 'Seconds to wait, rounded up; `retry_after_ms` has the milliseconds',
    schema: { type: 'integer', minimum: 1, examples: [1] },
  },
};
const challenge = {
  'WWW-Authenticate': {
    description: 'The scheme to use',
    schema: { type: 'string', examples: ['Bearer'] },
  },
};

function headersOf(status: number): JsonObject {
  if (status === 401) return { headers: challenge };
  const isTimed = rows.some(([, { http, retry }]) => http === status && retry) || status === 403;
  return isTimed ? { headers: retryAfter } : {};
}

/** Each code with its HTTP status, its text, and whether the same request may succeed later. */
export const errorTable: JsonObject = Object.fromEntries(
  rows.map(([code, { http, text, retry }]) => [code, { status: http, text, can_retry: retry }]),
);

/** Every status of the error table by the name of its response. */
export const failureResponses: JsonObject = Object.fromEntries(
  Object.entries(names).map(([status, name]) => {
    const codes = rows.filter(([, { http }]) => http === Number(status)).map(([code]) => `\`${code}\``);
    return [name, { description: `Codes: ${codes.join(', ')}`, ...headersOf(Number(status)), content }];
  }),
);

/** References to the shared responses of these statuses. */
export const failuresOf = (statuses: readonly FailureStatus[]): JsonObject =>
  Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${names[status]}` }]));
