/** Calls the REST API of the node that served the page, with the token of the session, and notes each call. */
import type { RequestResult, RequestType } from '@plenum/protocol';
import { endSession, tokenOfSession } from '../session/session.ts';
import { strings } from '../strings.ts';
import { type Call, type CallArgs, callOf } from './call.ts';
import { callLog } from './call-log.ts';
import { CallFailure } from './failure.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Default: that of the session; null: none. */
  readonly token?: string | null;
}

const isExpired = ({ code }: CallFailure) => code === 'unauthenticated' || code === 'token_expired';

/** Reads what the answer should be as `T`: the node and the page are of one version. @throws CallFailure */
export async function rest<T>(
  call: Call,
  { signal, token = tokenOfSession() }: CallOptions = {},
): Promise<T> {
  const noted = callLog.begin(call);
  try {
    const { status, body, isRefused } = await sent(call, token, signal);
    callLog.end(noted, status, body);
    if (isRefused) throw new CallFailure(status, body, strings.rest.strange(status));
    return body;
  } catch (error) {
    if (!(error instanceof CallFailure)) {
      callLog.end(noted, 0, null);
      if (signal?.aborted) throw error;
      throw new CallFailure(0, null, strings.rest.noAnswer);
    }
    if (isExpired(error) && token !== null && token === tokenOfSession()) endSession(strings.signIn.ended);
    throw error;
  }
}

async function sent({ method, path, body }: Call, token: string | null, signal: AbortSignal | undefined) {
  const answer = await fetch(path, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'idempotency-key': newKey() }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
    cache: 'no-store',
  });
  const text = await answer.text();
  return { status: answer.status, body: parsed(text), isRefused: !answer.ok };
}

/** What the answer has, of the type that its reader gives it. */
function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One per call: a repeated one of the network below does nothing twice. */
const newKey = () => `console-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;

/** A request of the request table. */
export const request = <T extends RequestType>(
  type: T,
  args: CallArgs<T>,
  options: CallOptions = {},
): Promise<RequestResult<T>> => rest<RequestResult<T>>(callOf(type, args), options);
