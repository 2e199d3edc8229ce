/** The options of a client, and their defaults. */
import type { Backoff } from './backoff.ts';
import type { TokenFunction } from './connection/connection.ts';
import type { OpenLink } from './connection/link.ts';
import type { GroupPosition } from './groups/groups.ts';
import {
  type Clock,
  type Network,
  type Random,
  systemClock,
  systemNetwork,
  systemRandom,
} from './platform.ts';

export interface ClientOptions {
  /** `https://…` or `http://…`: of a node, or of the load balancer before the nodes. */
  readonly url: string;
  /** A function is called for another token when the present one ends or is refused. */
  readonly token: string | TokenFunction;
  /** Default: the server's (`PLENUM_SERVICE`). */
  readonly service?: string;
  /** Event name of requests (`PLENUM_EVENT`), default `request`. */
  readonly event?: string;
  /** `auto` (default): all groups of the user. `none`: those of `join` and `subscribe` only. */
  readonly subscribe?: 'auto' | 'none';
  /** Where an earlier process stopped: the result of its `positions()`. */
  readonly positions?: readonly GroupPosition[];
  /** Default `['websocket']`; polling needs sticky sessions and a server that allows it. */
  readonly transports?: readonly ('websocket' | 'polling')[];
  /** All attempts at one request together, default 30,000 ms, at most 9 minutes: the server keeps ids for 10. */
  readonly requestTimeoutMs?: number;
  /** One attempt at a request, default 8,000 ms. */
  readonly answerTimeoutMs?: number;
  /** Requests that may wait for a connection or an answer at a time, default 200; more are refused at once. */
  readonly maxWaiting?: number;
  /** One attempt to connect, default 10,000 ms. */
  readonly connectTimeoutMs?: number;
  /** Pauses between attempts to connect, default 500 ms to 10,000 ms. */
  readonly reconnectMs?: Backoff;
  /** Pauses between attempts at a request, default 100 ms to 5,000 ms. */
  readonly retryMs?: Backoff;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly network?: Network;
  /** For tests: how a connection is made. Default: socket.io-client. */
  readonly openLink?: OpenLink;
}

export const withDefaults = (options: ClientOptions) => ({
  event: 'request',
  subscribe: 'auto' as const,
  transports: ['websocket'] as const,
  positions: [],
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 8000,
  maxWaiting: 200,
  connectTimeoutMs: 10_000,
  reconnectMs: { minMs: 500, maxMs: 10_000 },
  retryMs: { minMs: 100, maxMs: 5000 },
  clock: systemClock,
  random: systemRandom,
  network: systemNetwork,
  ...options,
});
