import { randomBytes, randomFillSync } from 'node:crypto';
import type { Random } from '@plenum/core';

const tokenBytes = 8;
/** Bytes drawn from the system at once: a call for each token would cost more than everything else about it. */
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

/** 256 bits as 64 characters: a secret that a node makes for itself in dev mode. */
export const newSecret = (): string => randomBytes(32).toString('hex');
