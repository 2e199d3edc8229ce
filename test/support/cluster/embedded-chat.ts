/** A chat as Chatx is embedded: no gateway, rooms come into being by the first join. */
import { freshPrefix } from '@plenum/testkit';
import { createPlenum, type PlenumOptions } from 'plenum';
import type { EngineName } from './service.ts';

/** The seed's own user. */
export const user = 'user-42';

const quick = { membershipRatePerSec: 1000, membershipRateBurst: 1000 };

export interface ChatPlace {
  readonly engine: EngineName;
  /** For the engine on Redis. */
  readonly redisUrl: string;
}

export async function startChat({ engine, redisUrl }: ChatPlace, options: PlenumOptions = {}) {
  const place = engine === 'redis' ? { redisUrl, prefix: freshPrefix() } : {};
  const engineSettings = { ...quick, ...options.engineSettings };
  const chat = await createPlenum({ ...place, createOnJoin: 'public', ...options, engineSettings });
  return Object.assign(chat, { [Symbol.asyncDispose]: () => chat.close() });
}
