import type { GroupId, RequestResult, UserId } from '@plenum/protocol';
import type { Outcome } from '../outcome/outcome.ts';

/** What a team's own middleware is told about a message. Its text never stands in a log of ours. */
export interface SendContext {
  readonly groupId: GroupId;
  readonly userId: UserId;
  readonly requestId: string;
  readonly message: string;
  /** Aborted when nobody waits for the middleware any more. */
  readonly signal: AbortSignal;
}
export type SendOutcome = Outcome<RequestResult<'relay_msg'>>;

/**
 * A step of a team's own between the steps of the pipeline. `next` goes on and resolves with what became of the message;
 * a middleware that does not call it refuses the message by the failure that it returns. Once `next` was called the
 * answer is decided by the steps behind: what the middleware returns, or throws, after that changes nothing.
 * It may call `next` within 2 s; later, or by throwing, it refuses the message as `unavailable` or `internal`.
 */
export type SendMiddleware = (context: SendContext, next: () => Promise<SendOutcome>) => Promise<SendOutcome>;
