/** A cluster that runs elsewhere: driven by its public protocol, neither started nor stopped, its CPU unknown. */
import { devTokenSchema } from '@plenum/protocol';
import { tokenSignedWith } from './plenum-system.ts';
import type { RunningSystem, SystemKind } from './system.ts';

export interface TargetOptions {
  /** Of nodes or of a load balancer. */
  readonly urls: readonly string[];
  /** `PLENUM_JWT_SECRET`; null: tokens are asked of the nodes, which give them in dev mode only. */
  readonly secret: string | null;
  /** For the figures of Redis; null: there are none. */
  readonly redisUrl: string | null;
}

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

/** @throws Error with one sentence if it names no URL, or one that devices here cannot speak to: they know no TLS. */
export function openTarget({ urls, secret, redisUrl }: TargetOptions): RunningSystem {
  const [first] = urls;
  if (first === undefined) throw new Error('a target needs a URL');
  const foreign = urls.find((url) => !URL.canParse(url) || new URL(url).protocol !== 'http:');
  if (foreign !== undefined) throw new Error(`${foreign} cannot be driven: a target is an http:// URL`);
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
