/** The public keys of an identity provider: fetched when they are needed, kept while the provider is away. */
import { type Clock, PlenumError } from '@plenum/core';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import { textUpTo } from '../text-up-to.ts';

export interface KeySetOptions {
  readonly url: URL;
  readonly clock: Clock;
  /** Of one fetch, ms. */
  readonly timeoutMs: number;
  /** Between two fetches for keys that nobody knows, and after a failed one, ms: tokens cannot make the provider busy. */
  readonly cooldownMs: number;
  /** Keys older than this are fetched anew, ms: a key that was taken back ends with it. */
  readonly maxAgeMs: number;
  /** How long keys are used while the provider is away, ms. */
  readonly maxStaleMs: number;
}

const maxAnswerBytes = 256 * 1024;

/** The token names a key that is not in the set, or none where there are several: that is the token's fault. */
const isTokensFault = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;

interface KnownKeys {
  readonly keyOf: JWTVerifyGetKey;
  readonly fetchedAtMs: number;
}

/** Reads a bounded answer and shows its text, if it is one, before jose gets it. */
const fetching =
  (seen: (text: string) => void): FetchImplementation =>
  async (url, init) => {
    const { status, body } = await fetch(url, init);
    const text = body === null ? '' : await textUpTo(maxAnswerBytes, body);
    if (text === null) throw new Error('the key set is too large');
    if (status === 200) seen(text);
    return new Response(text, { status });
  };

/** @returns finds the key of a token; throws PlenumError `unavailable` when nobody can tell because the provider is away */
export function createKeySet(options: KeySetOptions): JWTVerifyGetKey {
  const { clock, cooldownMs, maxStaleMs } = options;
  let known: KnownKeys | null = null;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  const remote = createRemoteJWKSet(options.url, {
    timeoutDuration: options.timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: options.maxAgeMs,
    [customFetch]: fetching((text) => {
      known = { keyOf: createLocalJWKSet(JSON.parse(text)), fetchedAtMs: clock.monotonicMs() };
    }),
  });

  const keyWithoutProvider: JWTVerifyGetKey = async (header, token) => {
    try {
      const isFresh = known !== null && clock.monotonicMs() - known.fetchedAtMs <= maxStaleMs;
      if (known !== null && isFresh) return await known.keyOf(header, token);
    } catch (error) {
      // A key that is not known yet may be a new one.
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw error;
    }
    throw PlenumError.of('unavailable', { cause: new Error(`no key from ${options.url.host}`) });
  };

  return async (header, token) => {
    if (clock.monotonicMs() - failedAtMs < cooldownMs) return keyWithoutProvider(header, token);
    try {
      return await remote(header, token);
    } catch (error) {
      if (isTokensFault(error)) throw error;
      failedAtMs = clock.monotonicMs();
      return keyWithoutProvider(header, token);
    }
  };
}
