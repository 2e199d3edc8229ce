import type { Random } from '@plenum/core';
import { isRequestId } from '@plenum/protocol';

export interface RequestId {
  readonly requestId: string;
  readonly isServerMadeId: boolean;
}

/** @returns the client's id if it is valid, otherwise a new one: every answer has an id */
export function requestIdOf(given: unknown, random: Random): RequestId {
  return isRequestId(given)
    ? { requestId: given, isServerMadeId: false }
    : { requestId: random.token(), isServerMadeId: true };
}
