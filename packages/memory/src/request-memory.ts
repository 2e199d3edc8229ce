/** Answers of successful requests, so that a retry changes nothing and hears the same again. */
import { type Refused, type RequestKey, refused } from '@plenum/core';
import type { Actor, GroupId } from '@plenum/protocol';
import { ExpiringMap } from './expiring-map.ts';

interface Remembered<A> {
  readonly payloadHash: string;
  readonly answer: A;
}
interface Attempt {
  readonly groupId: GroupId;
  readonly actor: Actor;
  readonly request: RequestKey;
}

/** No id may hold a line break, so no two attempts can share a name. */
const nameOf = ({ groupId, actor, request }: Attempt) => `${groupId}\n${actor}\n${request.id}`;

export class RequestMemory<A extends { readonly isDuplicate: boolean }> {
  readonly #remembered: ExpiringMap<string, Remembered<A>>;

  constructor(nowMs: number) {
    this.#remembered = new ExpiringMap(nowMs);
  }

  /** The first answer, a `conflict` if the id was used for something else, null if the id is new. */
  recall(attempt: Attempt, nowMs: number): A | Refused | null {
    const known = this.#remembered.get(nameOf(attempt), nowMs);
    if (known === undefined) return null;
    if (known.payloadHash !== attempt.request.payloadHash) return refused({ code: 'conflict' });
    return { ...known.answer, isDuplicate: true };
  }

  remember(attempt: Attempt, answer: A, nowMs: number): void {
    const { payloadHash, rememberMs } = attempt.request;
    this.#remembered.set(nameOf(attempt), { payloadHash, answer }, nowMs + rememberMs);
  }

  sweep(nowMs: number): void {
    this.#remembered.sweep(nowMs);
  }
}
