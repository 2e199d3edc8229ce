/** The operations of the service in wire shapes: sockets, REST and the library call exactly these. */
import type { Actor, RequestArgs, RequestResult, RequestType, UserId } from '@plenum/protocol';
import type { AuthGuard, ModerationGuard } from '../adapters/guards.ts';
import type { FeedHost } from '../feed/feed-host.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Engine } from '../ports/engine.ts';
import type { Device } from '../ports/fan-out.ts';
import type { SendPipeline } from '../send/pipeline.ts';
import type { ArchivedHistory } from './archived-history.ts';

/** Who asks, by which request, and from which device. The edge has authenticated all of it. */
export interface Caller {
  readonly actor: Actor;
  readonly requestId: string;
  /** The server made the id: it is remembered for 15 s instead of 10 min. */
  readonly isServerMadeId: boolean;
  /** The device that asked; null over REST and in client mode. */
  readonly device: Device | null;
}

/** `refresh_token` concerns the connection alone: the edge answers it. */
type Plain = Exclude<RequestType, 'join_group' | 'send_message' | 'refresh_token'>;

/** A user's own join; with `user_id` and `admit` the service admits that user directly as `active`. */
export type JoinArgs = RequestArgs<'join_group'> & { readonly user_id?: UserId; readonly admit?: boolean };

export type OperationOf<T extends RequestType> = (
  caller: Caller,
  args: RequestArgs<T>,
) => Promise<Outcome<RequestResult<T>>>;

/**
 * Every operation resolves with success or a typed failure and throws only `PlenumError` (store away, outcome unknown) or
 * a bug. Arguments were parsed by the schemas of the protocol.
 */
export type Operations = { readonly [T in Plain]: OperationOf<T> } & {
  readonly join_group: (caller: Caller, args: JoinArgs) => Promise<Outcome<RequestResult<'join_group'>>>;
};

/** What the operations work with. */
export interface OperationDeps {
  readonly engine: Engine;
  readonly feeds: FeedHost;
  readonly pipeline: SendPipeline;
  /** Null: there is none. */
  readonly auth: AuthGuard | null;
  /** Of what changes tell in words; null: no adapter is asked. */
  readonly moderation: ModerationGuard | null;
  /** Null: histories end where the log does. */
  readonly archive: ArchivedHistory | null;
  /** What a join of an unknown group id does: nothing, or it creates a public group. */
  readonly createOnJoin: 'none' | 'public';
}
