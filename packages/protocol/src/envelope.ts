/** The shapes that a client sends on a socket: the handshake and request envelopes; and the answer to a request. */
import { z } from 'zod';
import type { FailureBody } from './errors.ts';
import { isGroupId, isRequestId, requestIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { type Parsed, parseShape } from './parse.ts';
import { positionSchema, type RequestArgs } from './requests.ts';
import { exceedsBytes, holdsNul, isPlainObject, jsonObjectSchema } from './text.ts';
import { requestTraceparentSchema } from './trace-context.ts';

/** Some libraries take only texts in `auth`: there a list may be its JSON. */
function listOf(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

/** The object that a client passes as `auth` when it connects. */
export const handshakeSchema = z.object({
  token: z.string().min(1).max(limits.tokenMaxLength),
  positions: z.preprocess(listOf, z.array(positionSchema).max(limits.subscribeMax).optional()),
  /** `auto` attaches the socket to every group in which the user is active or muted. */
  subscribe: z.enum(['auto', 'none']).default('auto'),
});
export type Handshake = z.infer<typeof handshakeSchema>;

/**
 * In the query of the Engine.IO handshake: the client reads every refusal in `connect_error`, and connects again by itself.
 * Without it a refusal that may pass closes the connection, because Socket.IO libraries connect again only after that.
 */
export const refusalsQuery = { name: 'refusals', value: 'connect_error' } as const;

/** The same without a token, where the application knows by other signs who connects. */
export const tokenlessHandshakeSchema = handshakeSchema.omit({ token: true });

export const requestEnvelopeSchema = z.strictObject({
  service: z.string().min(1).max(64).optional(),
  request_type: z.string().min(1).max(64),
  request_id: requestIdSchema.optional(),
  args: jsonObjectSchema('args').nullish(),
  traceparent: requestTraceparentSchema.optional(),
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
/** The payload of an ack, or of the push `response`. */
export type Answer<R> = Success<R> | FailedAnswer;

/** Parses an envelope, without checking the depth of its arguments: their own schema does that. */
export const parseEnvelope = (input: unknown): Parsed<RequestEnvelope> =>
  isPlainEnvelope(input)
    ? { ok: true, value: input }
    : parseShape(requestEnvelopeSchema, input, 'invalid_request');

/**
 * An envelope on the fast path: plain requests are recognised by hand, because schemas cost more than all other work
 * of a send on the node. An input that is not recognised goes through its schema, which names the problem. Assignable
 * to `RequestEnvelope`.
 */
interface PlainEnvelope {
  readonly service?: string;
  readonly request_type: string;
  readonly request_id?: string;
  readonly args?: Record<string, unknown>;
  readonly traceparent?: string;
}

const isName = (input: unknown): boolean =>
  typeof input === 'string' && input.length > 0 && input.length <= 64;

const isTraceparentText = (input: unknown): boolean =>
  typeof input === 'string' && input.length <= limits.traceparentMaxLength;

const envelopeFields: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['service', isName],
  ['request_type', isName],
  ['request_id', isRequestId],
  ['args', isPlainObject],
  ['traceparent', isTraceparentText],
]);

/** False is inconclusive: fall back to the schema. */
export function isPlainEnvelope(input: unknown): input is PlainEnvelope {
  if (!isPlainObject(input) || !Object.hasOwn(input, 'request_type')) return false;
  for (const key of Object.keys(input)) {
    if (envelopeFields.get(key)?.(Reflect.get(input, key)) !== true) return false;
  }
  return true;
}

/** False is inconclusive: fall back to the schema. */
export function isPlainMessage(args: unknown, messageMaxBytes: number): args is RequestArgs<'relay_msg'> {
  if (!isPlainObject(args) || Object.keys(args).length !== 2) return false;
  const message: unknown = Reflect.get(args, 'message');
  return (
    isGroupId(Reflect.get(args, 'group_id')) &&
    typeof message === 'string' &&
    message.length > 0 &&
    !exceedsBytes(message, messageMaxBytes) &&
    message.isWellFormed() &&
    !holdsNul(message)
  );
}
