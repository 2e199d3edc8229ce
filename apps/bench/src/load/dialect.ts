import type { Receiver } from './receiver.ts';
import type { Tally } from './tally.ts';

export interface Post {
  readonly sender: number;
  /** From 1, per sender. */
  readonly number: number;
  readonly text: string;
}

/** How a system is spoken to. One per member. */
export interface Dialect {
  readonly receiver: Receiver;
  /** The request that makes the device a receiver of the group; the creator's makes the group. */
  attaching(): Request;
  /** @param answer the parsed answer to `attaching`. */
  attached(answer: object): void;
  /** The request that ends the membership; null: there is none. */
  leaving(): Request | null;
  /** The position that a returning device sends. */
  positions(): readonly object[];
  posting(post: Post): Request;
  /** Notes in the tally how far the stream reaches now. @param answer JSON array of a successful answer. */
  posted(post: Post, answer: string): void;
}

export interface Request {
  readonly event: string;
  /** JSON. */
  readonly payload: string;
}

export interface DialectOptions {
  readonly groupId: string;
  readonly userId: string;
  readonly isCreator: boolean;
  readonly sendersPerGroup: number;
  readonly tally: Tally;
}
