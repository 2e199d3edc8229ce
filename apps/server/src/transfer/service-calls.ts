/** Calls of the REST API as the service. A call that may be repeated is repeated until it is answered. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { whyUnreachable } from '../unreachable.ts';

export interface ServiceOptions {
  /** The origin of a node or a load balancer. */
  readonly url: string;
  /** An admin token with the scopes that the calls need. */
  readonly token: string;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With encoded ids. */
  readonly path: string;
  readonly body?: object;
  /** The same call under the same id gets its first answer again, during ten minutes. */
  readonly requestId?: string;
}

export type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly error: string };

export type ServiceCalls = (call: Call) => Promise<Answer>;

const failureSchema = z.object({
  code: z.string(),
  error: z.string(),
  can_retry: z.boolean(),
  retry_after_ms: z.number().optional(),
});

const answerMaxMs = 30_000;
/** How often a call is tried while no node answers it; the pauses between are 0.2, 0.4 … 5 s, together about 40 s. */
const attemptsMax = 14;
const pauseMs = (attempt: number): number => Math.min(5000, 200 * 2 ** attempt);

type Attempt =
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'later'; readonly why: string; readonly afterMs: number | null };

async function attemptOnce(
  { url, token }: ServiceOptions,
  { method, path, body, requestId }: Call,
): Promise<Attempt> {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(requestId === undefined ? {} : { 'idempotency-key': requestId }),
  };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const signal = AbortSignal.timeout(answerMaxMs);
  const response = await fetch(`${url}${path}`, { method, headers, signal, ...sent });
  const json: unknown = await response.json();
  if (response.ok) return { type: 'answer', answer: { ok: true, result: json } };
  const { code, error, can_retry, retry_after_ms } = failureSchema.parse(json);
  if (can_retry) return { type: 'later', why: `${code}: ${error}`, afterMs: retry_after_ms ?? null };
  return { type: 'answer', answer: { ok: false, code, error } };
}

/** A refusal that names the time of the next try does not count as an attempt: a full room queue may last. */
export const createServiceCalls =
  (options: ServiceOptions): ServiceCalls =>
  async (call) => {
    let why = '';
    for (let attempt = 0; attempt < attemptsMax; ) {
      const tried = await attemptOnce(options, call).catch(
        (error: unknown): Attempt => ({ type: 'later', why: whyUnreachable(error), afterMs: null }),
      );
      if (tried.type === 'answer') return tried.answer;
      why = tried.why;
      await pause(tried.afterMs ?? pauseMs(attempt));
      if (tried.afterMs === null) attempt += 1;
    }
    throw new Error(`No node of Plenum answers at ${options.url} (${why})`);
  };

/** The path of a group, with its id encoded. */
export const pathOf = (groupId: string, rest = ''): string =>
  `/v1/groups/${encodeURIComponent(groupId)}${rest}`;

/** @throws Error with one sentence, unless the call succeeded or was refused with one of `fine` */
export function expectDone(answer: Answer, what: string, fine: readonly string[] = []): unknown {
  if (answer.ok) return answer.result;
  if (fine.includes(answer.code)) return null;
  throw new Error(`${what}: ${answer.code}: ${answer.error}`);
}
