import { randomBytes } from 'node:crypto';
import type { Random } from '@plenum/core';

export const systemRandom: Random = { token: () => randomBytes(8).toString('hex') };

/** 256 bits as 64 characters: a secret that a node makes for itself in dev mode. */
export const newSecret = (): string => randomBytes(32).toString('hex');
