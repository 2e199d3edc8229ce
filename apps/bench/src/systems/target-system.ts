/**
 * A cluster that runs elsewhere. The bench uses only its public protocol, does not start or stop it, and cannot measure
 * its CPU.
 */
import { devTokenSchema } from '@plenum/protocol';
import { tokenSignedWith } from './plenum-system.ts';
import type { RunningSystem, SystemKind } from './system.ts';

export interface TargetOptions {
  /** URLs of nodes or of a load balancer. */
  readonly urls: readonly string[];
  /** `PLENUM_JWT_SECRET`. Null: the nodes are asked for tokens, which they issue in dev mode only. */
  readonly secret: string | null;
  /** The Redis whose figures are measured; null: none are. */
  readonly redisUrl: string | null;
}

const secretMinBytes = 32;

async function devToken(url: string, userId: string): Promise<string> {
  const answer = await fetch(new URL('/v1/dev/token', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: userId }),
  }).catch((error: unknown) => {
    throw new Error(`${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!answer.ok) {
    throw new Error(`${url} gives no tokens (HTTP ${answer.status}): pass its PLENUM_JWT_SECRET by --secret`);
  }
  return devTokenSchema.parse(await answer.json()).token;
}

/** @throws Error with one sentence if there is no URL, or one that is neither http:// nor https:// or has a user or a password */
export function openTarget({ urls, secret, redisUrl }: TargetOptions): RunningSystem {
  const [first] = urls;
  if (first === undefined) throw new Error('a target needs a URL');
  // Reports and evidence name the URLs.
  if (urls.some((url) => url.includes('@')))
    throw new Error('the URL of a target has no user and no password: leave them out');
  const foreign = urls.find((url) => !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol));
  if (foreign !== undefined)
    throw new Error(`${foreign} cannot be driven: a target is an http:// or https:// URL`);
  if (secret !== null && Buffer.byteLength(secret) < secretMinBytes)
    throw new Error(`the secret must have at least ${secretMinBytes} bytes`);
  return {
    urls,
    dialect: 'plenum',
    nodes: [],
    redisUrl,
    isOurs: false,
    token: secret === null ? (userId) => devToken(first, userId) : tokenSignedWith(secret),
    stop: () => Promise.resolve(),
  };
}

export const targetSystem = (options: TargetOptions): SystemKind => ({
  name: 'target',
  description: options.urls.join(', '),
  start: () => Promise.resolve(openTarget(options)),
});
