/** Fetches the public keys of an identity provider when they are needed, and keeps them while the provider is away. */
import { type Clock, PlenumError } from '@plenum/core';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import { Agent, type buildConnector, request } from 'undici';
import { textUpTo, whyOf } from '../remote-call.ts';

export interface KeySetOptions {
  /** The address of the key set. A user and a password in it are sent as HTTP Basic. */
  readonly url: URL;
  readonly connect: buildConnector.connector;
  readonly clock: Clock;
  /** Time limit of one fetch, ms. */
  readonly timeoutMs: number;
  /** Minimum time between two fetches for unknown keys, and after a failed fetch, ms: so tokens cannot overload the provider. */
  readonly cooldownMs: number;
  /** Keys older than this are fetched again, ms. A withdrawn key is accepted until then. */
  readonly maxAgeMs: number;
  /** How long keys are used while the provider is away, ms. */
  readonly maxStaleMs: number;
}

const maxAnswerBytes = 256 * 1024;

/** True if the token is at fault: it names a key that is not in the set, or no key although several fit. */
const isTokensFault = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;

interface KnownKeys {
  readonly keyOf: JWTVerifyGetKey;
  readonly fetchedAtMs: number;
}

const basicOf = ({ username, password }: URL): Readonly<Record<string, string>> => {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
};

/** Fetches the key set for jose. Limits the size of the answer and follows no redirect. @param seen gets each good answer */
function fetching({ url, connect }: KeySetOptions, seen: (text: string) => void): FetchImplementation {
  // Connections are not kept open, because fetches are rare.
  const dispatcher = new Agent({ connect, pipelining: 0 });
  const place = new URL(url.href);
  place.username = '';
  place.password = '';
  const own = basicOf(url);
  return async (_, { headers, signal }) => {
    const asked = { ...Object.fromEntries(headers), ...own };
    const { statusCode, body } = await request(place, { dispatcher, headers: asked, signal });
    const text = await textUpTo(maxAnswerBytes, body);
    if (text === null) throw new Error('the key set is too large');
    if (statusCode === 200) seen(text);
    return new Response(text, { status: statusCode });
  };
}

/** Fetches the keys once. @returns why they cannot be used; null if they can */
export async function keySetProblem(options: KeySetOptions): Promise<string | null> {
  let text = '';
  const fetched = fetching(options, (body) => {
    text = body;
  });
  try {
    const signal = AbortSignal.timeout(options.timeoutMs);
    const { status } = await fetched(options.url.href, {
      ...{ method: 'GET', redirect: 'manual', headers: new Headers(), signal },
    });
    if (status !== 200) return `it answers HTTP ${status}`;
    createLocalJWKSet(JSON.parse(text));
    return null;
  } catch (error) {
    return error instanceof SyntaxError || error instanceof errors.JWKSInvalid
      ? 'its answer is not a key set'
      : whyOf(error);
  }
}

/**
 * @returns a function that finds the key of a token. It throws PlenumError `unavailable` if the provider is away and its last
 * keys do not contain the key, or are too old
 */
export function createKeySet(options: KeySetOptions): JWTVerifyGetKey {
  const { clock, cooldownMs, maxStaleMs } = options;
  let known: KnownKeys | null = null;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  const remote = createRemoteJWKSet(options.url, {
    timeoutDuration: options.timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: options.maxAgeMs,
    [customFetch]: fetching(options, (text) => {
      known = { keyOf: createLocalJWKSet(JSON.parse(text)), fetchedAtMs: clock.monotonicMs() };
    }),
  });

  const keyWithoutProvider: JWTVerifyGetKey = async (header, token) => {
    try {
      const isFresh = known !== null && clock.monotonicMs() - known.fetchedAtMs <= maxStaleMs;
      if (known !== null && isFresh) return await known.keyOf(header, token);
    } catch (error) {
      // Other errors are ignored: a key that the last copy does not contain may be a new one.
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw error;
    }
    throw PlenumError.of('unavailable', {
      cause: new Error(`the key set at ${options.url.host} could not be read, or its copy is too old`),
    });
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
