/** Tokens for users: signed with the configured secret, or asked of a running node in dev mode. */
import { issueJwt } from '@plenum/adapters';
import { devTokenSchema, type UserId } from '@plenum/protocol';
import type { ClientConfig } from '../config/client-config.ts';

export interface TokenGrant {
  readonly userId: UserId;
  readonly hours: number;
  /** Of the node that is asked in dev mode. */
  readonly url: string;
}

/** Where a node with this configuration listens, as seen from its own machine. */
export const nodeUrlOf = ({ host, port }: Pick<ClientConfig, 'host' | 'port'>): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** @throws Error with one sentence if there is neither a secret nor a node to ask. */
export async function tokenFor(config: ClientConfig, { userId, hours, url }: TokenGrant): Promise<string> {
  if (config.jwtSecret !== null) {
    return issueJwt({ secret: config.jwtSecret, userId, expiresInSec: Math.ceil(hours * 3600) });
  }
  if (config.hasJwks) {
    throw new Error('Tokens come from the identity provider of PLENUM_JWKS_URL: get one there.');
  }
  const token = await devToken(url, userId);
  if (token !== null) return token;
  throw new Error(
    `No PLENUM_JWT_SECRET is set and no node in dev mode answers at ${url}: set one, or npm start`,
  );
}

/** Whatever listens there and says nothing is no node. */
const answerMaxMs = 5000;

/** Null: there is no node at this URL, or it is not in dev mode. */
async function devToken(url: string, userId: UserId): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/v1/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: userId }),
      signal: AbortSignal.timeout(answerMaxMs),
    });
    return devTokenSchema.parse(await answer.json()).token;
  } catch {
    return null;
  }
}
