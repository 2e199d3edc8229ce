/**
 * Matches answers to open requests. A request resolves with null after 6 s or when its connection closes: its outcome
 * is unknown.
 */
import { parsed } from '../load/receiver.ts';
import type { RawConnection } from '../wire/raw-connection.ts';

export type GivenAnswer =
  | { readonly success: true; readonly result: unknown }
  | {
      readonly success: false;
      readonly code: string;
      readonly canRetry: boolean;
      readonly retryAfterMs: number;
    };

export interface Asked {
  readonly type: string;
  readonly args: object;
  readonly requestId: string;
}

const answerLimitMs = 6000;

export class Requests {
  readonly #waiting = new Map<number, (answer: GivenAnswer | null) => void>();

  /** @returns null if the outcome is unknown */
  ask(connection: RawConnection, { type, args, requestId }: Asked): Promise<GivenAnswer | null> {
    return new Promise((resolve) => {
      const payload = JSON.stringify({ request_type: type, request_id: requestId, args });
      const id = connection.request('request', payload);
      const timer = setTimeout(() => this.#settle(id, null), answerLimitMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  /** @param answer the JSON array of the ack */
  answered(id: number, answer: string): void {
    this.#settle(id, answerIn(parsed(answer)[0]));
  }

  /** The connection is gone: every open request resolves with null. */
  abandon(): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, null);
  }

  #settle(id: number, answer: GivenAnswer | null): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    settle?.(answer);
  }
}

function answerIn(answer: unknown): GivenAnswer | null {
  if (typeof answer !== 'object' || answer === null || !('success' in answer)) return null;
  if (answer.success === true) return { success: true, result: 'result' in answer ? answer.result : null };
  const code = 'code' in answer ? String(answer.code) : 'unknown';
  const canRetry = 'can_retry' in answer && answer.can_retry === true;
  const retryAfterMs = 'retry_after_ms' in answer ? Number(answer.retry_after_ms) : 0;
  return { success: false, code, canRetry, retryAfterMs };
}
