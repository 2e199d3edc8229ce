/** The options of `createPlenum`. */
import type {
  Adapters,
  Clock,
  ClusterStrategy,
  DeliverySettings,
  Engine,
  EngineSettings,
  Logger,
  SendMiddleware,
} from '@plenum/core';
import type { AdminToken, Authenticate, CustomRequest, FanOutMode, GatewayOptions } from '@plenum/gateway';

/** The library listens itself. Default: loopback, any free port. */
export interface OwnPort {
  readonly host?: string;
  readonly port?: number;
  /** True: the console for operators is at `/console`, for those who have an admin token. Default: false. */
  readonly console?: boolean;
}

/**
 * The library is mounted on an HTTP server of the application: Express, node:http and node:https, `fastify.server`. The
 * application opens and closes it, and all requests outside of `prefix` and `path` are answered as before.
 */
export interface OnServer {
  readonly server: NonNullable<GatewayOptions['server']>;
  /** The path before `/v1`, `/healthz` and all other routes. Default `/plenum`. */
  readonly prefix?: string;
  /** The path of the library's Socket.IO server, which clients give as `path`. Default: `<prefix>/socket.io`. */
  readonly path?: string;
  /** The Socket.IO namespace, which clients append to the URL. Default `/`. */
  readonly namespace?: string;
  /** The Socket.IO server of the application, instead of one with `path`. Its other namespaces stay as they are. */
  readonly io?: NonNullable<GatewayOptions['io']>;
}

/** The library is a plugin of the application's Fastify, with the application's Socket.IO server. */
export interface OnFastify {
  readonly fastify: NonNullable<GatewayOptions['fastify']>;
  readonly io: NonNullable<GatewayOptions['io']>;
  /** The path before all routes. Default: none. */
  readonly prefix?: string;
  /** Default `/`. */
  readonly namespace?: string;
}

/** Where the edge is: on a port of the library, or on servers of the application. */
export type GatewayPlace = OwnPort | OnServer | OnFastify;

export interface PlenumOptions {
  /**
   * An engine of the caller, which `close` does not close. Without it the library makes one from `redisUrl`, or a memory engine.
   * If NODE_ENV is `production`, or the gateway listens on more than loopback, or in mode `client`, the memory engine needs an
   * explicit `memory`.
   */
  readonly engine?: Engine | 'memory';
  readonly redisUrl?: string;
  /** Prefix of keys and channels, default `plenum`. */
  readonly prefix?: string;
  /** `client`: no edge and no feeds, only one connection to Redis; `subscribe` is refused. */
  readonly mode?: 'node' | 'client';
  /** The edge. Without it nothing listens, and only the functions of the library work. */
  readonly gateway?: GatewayPlace;
  /**
   * Says whose socket it is when a client connects without a token, for example by its session cookie. REST takes tokens only.
   */
  readonly authenticate?: Authenticate;
  /** At least 32 bytes. With several, a token may be signed with any of them. Default: a secret that the nodes agree on. */
  readonly jwtSecret?: string | readonly string[];
  /** A token without `exp` ends this long after its `iat`, ms; default 24 hours; null: after 400 days. */
  readonly tokenMaxAgeMs?: number | null;
  /** Admin tokens with all scopes. At least 32 bytes each if `jwtSecret` is set, or in production. */
  readonly adminToken?: string | readonly string[];
  /** Digests of admin tokens with a name for the audit log and scopes, as `plenum admin-token` prints them. */
  readonly adminTokens?: readonly AdminToken[];
  readonly service?: string;
  readonly event?: string;
  readonly corsOrigins?: readonly string[];
  readonly createPolicy?: 'any' | 'service';
  /** `public`: joining an unknown id creates a public group with the joiner as its admin. */
  readonly createOnJoin?: 'none' | 'public';
  /** `off`: `list_read_marks` is `forbidden`. Default: `on`. */
  readonly readMarksOfOthers?: 'on' | 'off';
  /** Default `coalesced`; `plain` sends by Socket.IO's own broadcast. */
  readonly fanOut?: FanOutMode;
  /** `off`: no page is at `/docs`. Default: `on`. */
  readonly docs?: 'on' | 'off';
  /** UTF-8 bytes of `message`, default 4096. */
  readonly messageMaxBytes?: number;
  /** Maximum of sockets per user, and per address, on this node. 0, the default: no limit. */
  readonly maxConnectionsPerUser?: number;
  readonly maxConnectionsPerIp?: number;
  /** Maximum of connections per address, on this node, that have no authenticated user yet. Default 1000; 0: no limit. */
  readonly maxUnauthenticatedPerIp?: number;
  /** Connects per second that this process admits, and how many of them at once. 0, the default: no limit. Above it `node_busy`. */
  readonly connectRatePerSec?: number;
  readonly connectRateBurst?: number;
  /** Default 64 MiB: see `GatewayConfig`. */
  readonly maxUnreadBytes?: number;
  readonly engineSettings?: Partial<EngineSettings>;
  /** Adapters of the caller; `close` does not close them. */
  readonly adapters?: Adapters;
  /** Settings of delivery to archive and notifier. An engine of the caller must have them in its `deliveryKinds`. */
  readonly delivery?: Partial<DeliverySettings>;
  /** Custom steps of a send, by name. */
  readonly middleware?: Readonly<Record<string, SendMiddleware>>;
  /** The order of the steps. Default: `auth`, `rate_limit`, `moderation`, then the names of `middleware`. */
  readonly middlewares?: readonly string[];
  /** Custom request types for the clients of the gateway, made by `defineRequest`. */
  readonly requests?: readonly CustomRequest[];
  /** Default `owner`; `local`: this process owns every partition and tolerates no second node. A client owns none. */
  readonly clusterStrategy?: ClusterStrategy;
  /** Default: JSON lines of level `warn`. */
  readonly logger?: Logger;
  /** The time of the memory engine: of mutes, bans, invites, rates and what history keeps. For tests. Default: that of the machine. */
  readonly clock?: Clock;
}
