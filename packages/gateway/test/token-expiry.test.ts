/** Tokens that expire while their socket is open. */
import { userIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ask, next, startEdge } from './edge.ts';

const edgeUser = userIdSchema.parse('ann');
const strangerUser = userIdSchema.parse('bob');
const soon = (ms: number) => Date.now() + ms;
/** Long enough to connect and to send a request before the token expires. */
const shortMs = 4000;

test('a socket is warned before its token ends, and cut when it does', async () => {
  const expiresAtMs = soon(shortMs);
  await using edge = await startEdge({
    authenticator: {
      authenticate: async () => ({ type: 'user', userId: edgeUser, issuedAtMs: null, expiresAtMs }),
    },
  });
  const client = edge.client({ auth: { token: 'any' } });
  const warned = next(client, 'token_expiring');
  const closing = next(client, 'closing');
  const reason = next(client, 'disconnect');
  client.connect();
  expect(await warned).toEqual({ expires_at: new Date(expiresAtMs).toISOString() });
  expect(await closing).toEqual({ code: 'token_expired' });
  expect(await reason).toBe('transport close');
});

test('a refreshed token keeps the socket; a token of another user, or none, does not replace it', async () => {
  const firstEndsAtMs = soon(shortMs);
  const answers = new Map([
    ['first', { type: 'user', userId: edgeUser, issuedAtMs: null, expiresAtMs: firstEndsAtMs } as const],
    ['longer', { type: 'user', userId: edgeUser, issuedAtMs: null, expiresAtMs: soon(3_600_000) } as const],
    ['other', { type: 'user', userId: strangerUser, issuedAtMs: null, expiresAtMs: null } as const],
  ]);
  const unknown = { type: 'refused', code: 'unauthenticated' } as const;
  await using edge = await startEdge({
    authenticator: { authenticate: async (token) => answers.get(token) ?? unknown },
  });
  const client = edge.client({ auth: { token: 'first' } });
  const warned = next(client, 'token_expiring');
  client.connect();
  await warned;
  const refresh = (token: string) => ask(client, { request_type: 'refresh_token', args: { token } });
  expect(await refresh('other')).toMatchObject({ code: 'forbidden' });
  expect(await refresh('forged')).toMatchObject({ code: 'unauthenticated' });
  expect(await refresh('longer')).toMatchObject({
    success: true,
    result: { expires_at: new Date(answers.get('longer')?.expiresAtMs ?? 0).toISOString() },
  });
  await eventually(() => expect(Date.now()).toBeGreaterThan(firstEndsAtMs + 100));
  expect(client.connected).toBe(true);
  expect(await ask(client, { request_type: 'list_groups' })).toMatchObject({ success: true });
});
