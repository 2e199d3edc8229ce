import { randomBytes } from 'node:crypto';

/** An unused prefix: tests on a shared Redis never meet each other. Fits `[a-z0-9_-]{1,32}`. */
export const freshPrefix = (): string => `test-${randomBytes(8).toString('hex')}`;
