/** Where Redis is, as sentences and logs may name it: never with its password. */

export interface RedisAddress {
  /** As given; holds the password. */
  readonly url: string;
  /** `host:port`, safe to print. */
  readonly name: string;
  readonly isTls: boolean;
}

/** @throws Error with one sentence for a URL that cannot be used. */
export function parseRedisUrl(url: string): RedisAddress {
  if (url.includes(',')) {
    throw new Error(
      'REDIS_URL names several nodes: Redis Cluster is not supported yet, give one redis:// or rediss:// URL.',
    );
  }
  if (url.startsWith('redis+sentinel:')) {
    throw new Error(
      'REDIS_URL names Sentinels: they are not supported yet, give one redis:// or rediss:// URL.',
    );
  }
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new Error('REDIS_URL is not a redis:// or rediss:// URL such as redis://127.0.0.1:6379.');
  }
  return {
    url,
    name: `${parsed.hostname}:${parsed.port || '6379'}`,
    isTls: parsed.protocol === 'rediss:',
  };
}
