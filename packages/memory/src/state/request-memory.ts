/**
 * Answers of successful requests: a retry changes nothing and gets the same answer. An answer counts only in the log
 * that it was given in: after a delete and a create of the same id the request is evaluated again.
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

/** No id contains a line break, so two attempts never share a name. */
const nameOf = ({ groupId, actor, request }: Attempt) => `${groupId}\n${actor}\n${request.id}`;

interface Answered {
  readonly isDuplicate: boolean;
  readonly epoch: string;
  readonly seq: number;
}

/** The present log of the group id, also that of a deleted group; null: none. */
export interface PresentLog {
  readonly epoch: string;
  readonly seq: number;
  readonly isDeleted: boolean;
}

/**
 * Where a remembered answer counts: in its `log`; in its log while the group is `living`, for a request that creates
 * a group; or `always`, for a request that deletes a group: its retry must not delete the next one.
 */
export type AnswerScope = 'log' | 'living' | 'always';

const isInLog = ({ epoch, seq }: Answered, log: PresentLog | null): boolean =>
  log !== null && epoch === log.epoch && seq <= log.seq;

export class RequestMemory<A extends Answered> {
  readonly #remembered: ExpiringMap<string, Remembered<A>>;

  constructor(nowMs: number) {
    this.#remembered = new ExpiringMap(nowMs);
  }

  /** The first answer, a `conflict` if the id was used for something else, null if the id is new in this log. */
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
