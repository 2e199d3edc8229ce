import type { WireProtocol } from '../wire/wire-protocol.ts';
import type { Receiver } from './receiver.ts';
import type { Tally } from './tally.ts';

export interface Post {
  readonly sender: number;
  /** The number of the message, from 1 for each sender. */
  readonly number: number;
  readonly text: string;
}

/** The protocol of a system for one member: its requests, and how their answers are read. */
export interface Dialect {
  readonly protocol: WireProtocol;
  readonly receiver: Receiver;
  /** The request that makes the device a receiver of the group. The request of the creator creates the group. */
  attaching(): Request;
  /** @param answer the JSON text of a successful answer to `attaching`. */
  attached(answer: string): void;
  /** @returns the code of a failure; null: the answer is a success */
  failureIn(answer: string): string | null;
  /** The request that ends the membership; null: there is none. */
  leaving(): Request | null;
  /** The position that a returning device sends. */
  positions(): readonly object[];
  posting(post: Post): Request;
  /** Records in the tally how far the stream reaches now. @param answer the JSON text of a successful answer */
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
  readonly areJoinsCounted: boolean;
  readonly arePlain: boolean;
  readonly tally: Tally;
}

/** The failure in an answer of Plenum or of a baseline. */
export function socketIoFailureIn(answer: string): string | null {
  if (answer.includes('"success":true')) return null;
  return /"code":"(\w+)"/.exec(answer)?.[1] ?? answer.slice(0, 100);
}
