/** Makes tokens for users: signs them with the configured secret, or asks a running node in dev mode. */
import { issueJwt } from '@plenum/adapters';
import { devTokenSchema, type UserId } from '@plenum/protocol';
import type { ClientConfig } from '../config/client-config.ts';

export interface TokenGrant {
  readonly userId: UserId;
  readonly hours: number;
  /** URL of the node that is asked in dev mode. */
  readonly url: string;
}

/** The URL of a node with this configuration, from its own machine. */
export const nodeUrlOf = ({ host, port }: Pick<ClientConfig, 'host' | 'port'>): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** @throws Error with one sentence if there is neither a secret nor a node to ask */
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

/** Time limit for the answer, ms: another program may listen at that port. */
const answerMaxMs = 5000;

/** @returns null if there is no node at this URL, or if it is not in dev mode */
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
