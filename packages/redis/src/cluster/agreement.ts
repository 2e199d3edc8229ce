import type { RedisClient } from '../connections/client.ts';
import type { Keys } from '../keys.ts';
import { translate } from '../scripts/errors.ts';

/**
 * One atomic step: the first offer under a name wins and stays, every caller gets the winner.
 * @throws PlenumError `unavailable` when Redis is away
 */
export async function agreeOn(
  redis: RedisClient,
  keys: Keys,
  { name, offer }: { readonly name: string; readonly offer: string },
): Promise<string> {
  try {
    return (await redis.set(`${keys.prefix}:agreed:${name}`, offer, 'NX', 'GET')) ?? offer;
  } catch (error) {
    throw translate(error, false);
  }
}
