import { randomBytes, randomFillSync } from 'node:crypto';
import type { Random } from '@plenum/core';

const tokenBytes = 8;
/** Random bytes are read from the system for 512 tokens at once, because one call per token would be the main cost. */
const pool = Buffer.alloc(512 * tokenBytes);
let used = pool.length;

export const systemRandom: Random = {
  token: () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += tokenBytes;
    return pool.toString('hex', used - tokenBytes, used);
  },
};

/** Makes a secret of 256 bits as 64 characters, as a node does in dev mode. */
export const newSecret = (): string => randomBytes(32).toString('hex');
