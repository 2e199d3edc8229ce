/**
 * Remembers the answers to successful requests, so that a retry changes nothing and gets the same answer. An answer is
 * valid only in its log: if the group was deleted and created again, the retry is executed like a new request.
 */
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

/** The key of a request. No id contains a line break, so two requests never share a key. */
const nameOf = ({ groupId, actor, request }: Attempt) => `${groupId}\n${actor}\n${request.id}`;

interface Answered {
  readonly isDuplicate: boolean;
  readonly epoch: string;
  readonly seq: number;
}

/** The current log of a group id, which may be that of a tombstone. */
export interface PresentLog {
  readonly epoch: string;
  readonly seq: number;
  readonly isDeleted: boolean;
}

/**
 * When a remembered answer is valid. `log`: while the log contains its entry. `living`: the group must not be deleted
 * either; for a request that creates a group. `always`: for a request that deletes a group, whose retry must not delete a
 * group that was created later.
 */
export type AnswerScope = 'log' | 'living' | 'always';

const isInLog = ({ epoch, seq }: Answered, log: PresentLog | null): boolean =>
  log !== null && epoch === log.epoch && seq <= log.seq;

export class RequestMemory<A extends Answered> {
  readonly #remembered: ExpiringMap<string, Remembered<A>>;

  constructor(nowMs: number) {
    this.#remembered = new ExpiringMap(nowMs);
  }

  /** @returns the first answer; `conflict` if the id was used for another request; null if the id is new in this log */
  recall(
    attempt: Attempt,
    {
      scope,
      log,
      nowMs,
    }: { readonly scope: AnswerScope; readonly log: PresentLog | null; readonly nowMs: number },
  ): A | Refused | null {
    const known = this.#remembered.get(nameOf(attempt), nowMs);
    if (known === undefined) return null;
    const isSame = known.payloadHash === attempt.request.payloadHash;
    const counts = isInLog(known.answer, log) && !(scope === 'living' && log?.isDeleted);
    if (!counts && !(isSame && scope === 'always')) return null;
    return isSame ? { ...known.answer, isDuplicate: true } : refused({ code: 'conflict' });
  }

  remember(attempt: Attempt, answer: A, nowMs: number): void {
    const { payloadHash, rememberMs } = attempt.request;
    this.#remembered.set(nameOf(attempt), { payloadHash, answer }, nowMs + rememberMs);
  }

  sweep(nowMs: number): void {
    this.#remembered.sweep(nowMs);
  }
}
