/** Requests over HTTP, and the secrets and tokens with which the tests ask. */
import { issueJwt } from '@plenum/adapters';
import { userIdSchema } from '@plenum/protocol';

export const jwtSecret = 'a-secret-of-the-tests-with-more-than-32-bytes';
export const adminToken = 'admin-token-of-the-tests-with-32-bytes';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface RestCall {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Longer than any run of tests: `npm run chaos` takes as long as its caller wants. */
const daySec = 24 * 3600;
export const tokenOf = (userId: string, expiresInSec = daySec): Promise<string> =>
  issueJwt({ secret: jwtSecret, userId: userIdSchema.parse(userId), expiresInSec });

/** @param call.token default: the admin token; null: none. A text as body is sent unchanged. */
export async function httpRequest(method: string, url: string, call: RestCall = {}): Promise<HttpAnswer> {
  const token = call.token === undefined ? adminToken : call.token;
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(call.body === undefined
      ? {}
      : { body: typeof call.body === 'string' ? call.body : JSON.stringify(call.body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) };
}

/** Of a node in dev mode, where only the nodes know the secret. */
export async function devTokenOf(url: string, userId: string): Promise<string> {
  const { body } = await httpRequest('POST', `${url}/v1/dev/token`, { body: { user_id: userId } });
  return String(body['token']);
}
