/** A call that was not answered, or was refused, with what the node said about it. */
import type { FailureDetails } from '@plenum/protocol';

/** `network`: no answer came, or one that is not of this API. */
export type FailureCode = string;

export class CallFailure extends Error {
  readonly code: FailureCode;
  /** HTTP status; 0: no answer came. */
  readonly status: number;
  readonly details: FailureDetails;
  /** True: the same call may succeed later. */
  readonly canRetry: boolean;

  constructor(status: number, body: unknown, text: string) {
    const given = typeof body === 'object' && body !== null ? body : {};
    const error: unknown = Reflect.get(given, 'error');
    super(typeof error === 'string' ? error : text);
    const code: unknown = Reflect.get(given, 'code');
    const details: unknown = Reflect.get(given, 'details');
    this.code = typeof code === 'string' ? code : 'network';
    this.status = status;
    this.details = typeof details === 'object' && details !== null ? details : {};
    this.canRetry = status === 0 || Reflect.get(given, 'can_retry') === true;
  }
}

/** @returns the scope that the token lacks: the same call is refused again; null: it failed for another reason */
export const missingScopeIn = (error: Error | null): string | null =>
  error instanceof CallFailure ? (error.details.scope ?? null) : null;
