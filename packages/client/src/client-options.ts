/** Defines the options of a client and their defaults. */
import type { Backoff } from './backoff.ts';
import type { OpenLink, TokenFunction } from './connection/link.ts';
import type { GroupPosition } from './groups/effects.ts';
import {
  type Clock,
  type Network,
  type Random,
  systemClock,
  systemNetwork,
  systemRandom,
} from './platform.ts';

export interface ClientOptions {
  /** `https://…` or `http://…`: the URL of a node, or of the load balancer in front of the nodes. */
  readonly url: string;
  /** The path of the Socket.IO server, default `/socket.io`: that of `gateway.path` where Plenum is mounted. */
  readonly path?: string;
  /** The Socket.IO namespace, default `/`: that of `gateway.namespace` where Plenum is mounted. */
  readonly namespace?: string;
  /**
   * A token, or a function that returns one. The function is called again when the current token ends or is refused. Absent:
   * the server knows the user by other signs, such as a session cookie, which a browser sends by itself.
   */
  readonly token?: string | TokenFunction | undefined;
  /** The service name in requests. Default: that of the server (`PLENUM_SERVICE`). */
  readonly service?: string;
  /** The event name of requests (`PLENUM_EVENT`), default `request`. */
  readonly event?: string;
  /** Which groups the device receives. `auto` (default): all groups of the user. `none`: those of `join` and `subscribe`. */
  readonly subscribe?: 'auto' | 'none';
  /** The positions at which an earlier process stopped: the result of its `positions()`. */
  readonly positions?: readonly GroupPosition[];
  /** Default `['websocket']`; polling needs sticky sessions and a server that allows it. */
  readonly transports?: readonly ('websocket' | 'polling')[];
  /** Time limit of all attempts at one request together, default 30,000 ms. At most 9 min: the server keeps ids for 10 min. */
  readonly requestTimeoutMs?: number;
  /** Time limit of one attempt at a request, default 8,000 ms. */
  readonly answerTimeoutMs?: number;
  /** Maximum of requests that wait for a connection or an answer, default 200. More are refused at once. */
  readonly maxWaiting?: number;
  /** Time limit of one attempt to connect, default 10,000 ms. */
  readonly connectTimeoutMs?: number;
  /** Pauses between attempts to connect, default 500 ms to 10,000 ms. */
  readonly reconnectMs?: Backoff;
  /** Pauses between attempts at a request, default 100 ms to 5,000 ms. */
  readonly retryMs?: Backoff;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly network?: Network;
  /** Opens a connection. Default: socket.io-client. Tests replace it. */
  readonly openLink?: OpenLink;
}

/** @returns the options with their defaults. An option that is undefined or null counts as absent */
export const withDefaults = (options: ClientOptions) => ({
  path: '/socket.io',
  namespace: '/',
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
  ...present(options),
});

function present(options: ClientOptions): ClientOptions;
function present(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value != null));
}
