/** What the node says of itself to its playground, and the tokens of dev mode. */
import type { PlaygroundSettings } from '@plenum/protocol';

export async function readSettings(): Promise<PlaygroundSettings> {
  const answer = await fetch('/playground.json');
  if (!answer.ok) throw new Error(`the node answered ${answer.status}`);
  return answer.json();
}

/** The node has refused to give a token: another attempt changes nothing. */
export class TokenRefused extends Error {}

/** @throws TokenRefused with the text of the node, as for a user id that is not valid */
export async function devToken(userId: string): Promise<string> {
  const answer = await fetch('/v1/dev/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: userId }),
  });
  const body: { readonly token?: string; readonly error?: string } = await answer.json();
  if (answer.status === 400 && body.error !== undefined) throw new TokenRefused(body.error);
  if (body.token === undefined) throw new Error(body.error ?? `the node answered ${answer.status}`);
  return body.token;
}

/** The user of a token, as the token itself says. Only the node verifies it. @returns null if it is no token */
export function userOfToken(token: string): string | null {
  const [, payload = ''] = token.split('.');
  try {
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const { sub }: { readonly sub?: unknown } = JSON.parse(text);
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
