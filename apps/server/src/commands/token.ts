/** `plenum token`: a token for a user, signed with the configured secret, or asked of the running node in dev mode. */
import { issueJwt } from '@plenum/adapters';
import { devTokenSchema, type UserId, userIdSchema } from '@plenum/protocol';
import type { Config } from '../config.ts';
import { configOrSay } from './serve.ts';

export interface TokenOptions {
  readonly user: string;
  readonly hours: string;
}

/** @returns the exit code. */
export async function token(options: TokenOptions): Promise<number> {
  const config = await configOrSay();
  if (config === null) return 1;
  const user = userIdSchema.safeParse(options.user);
  const hours = Number(options.hours);
  if (!user.success) return refuse(user.error.issues[0]?.message ?? 'not a user id');
  if (!(hours > 0 && hours <= 24 * 365)) return refuse('--hours must be above 0 and at most 8760');
  process.stdout.write(`${await tokenFor(config, user.data, hours)}\n`);
  return 0;
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n`);
  return 1;
}

/** @throws Error with one sentence if there is neither a secret nor a node to ask. */
async function tokenFor(config: Config, userId: UserId, hours: number): Promise<string> {
  if (config.jwtSecret !== null) {
    return issueJwt({ secret: config.jwtSecret, userId, expiresInSec: Math.ceil(hours * 3600) });
  }
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
  const answer = await fetch(`${url}/v1/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: userId }),
  }).catch(() => null);
  if (answer === null || !answer.ok) {
    throw new Error(
      `No PLENUM_JWT_SECRET is set and no node in dev mode answers at ${url}: set one, or npm start`,
    );
  }
  return devTokenSchema.parse(await answer.json()).token;
}
