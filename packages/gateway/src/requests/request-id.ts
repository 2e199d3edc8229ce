import type { Random } from '@plenum/core';
import { requestIdSchema } from '@plenum/protocol';

export interface RequestId {
  readonly requestId: string;
  readonly isServerMadeId: boolean;
}

/** @returns the client's id if it is usable, else a new one: an answer always carries an id. */
export function requestIdOf(given: unknown, random: Random): RequestId {
  const parsed = requestIdSchema.safeParse(given);
  return parsed.success
    ? { requestId: parsed.data, isServerMadeId: false }
    : { requestId: random.token(), isServerMadeId: true };
}
