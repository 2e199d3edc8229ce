/** What the caller of `createPlenum` may choose. */
import type {
  Adapters,
  ClusterStrategy,
  DeliverySettings,
  Engine,
  EngineSettings,
  Logger,
  SendMiddleware,
} from '@plenum/core';
import type { AdminToken, CustomRequest, FanOutMode, GatewayOptions } from '@plenum/gateway';

/** An edge of its own, or the caller's servers to mount on: then neither listening nor closing is the library's. */
export type GatewayPlace =
  | { readonly host?: string; readonly port?: number }
  | Required<Pick<GatewayOptions, 'fastify' | 'io'>>;

export interface PlenumOptions {
  /**
   * Stays the caller's: `close` does not close it. Else one is made from `redisUrl`, or in memory: that has to be asked for
   * with `memory` where NODE_ENV is production or the gateway listens on more than the loopback address.
   */
  readonly engine?: Engine | 'memory';
  readonly redisUrl?: string;
  /** Prefix of keys and channels, default `plenum`. */
  readonly prefix?: string;
  /** `client`: one command connection, no edge, no feeds; `subscribe` is refused. */
  readonly mode?: 'node' | 'client';
  /** Without it nothing listens: the process has the direct API only. */
  readonly gateway?: GatewayPlace;
  /** At least 32 bytes; of several each counts. Needed by a gateway whose clients bring tokens; made if there is none. */
  readonly jwtSecret?: string | readonly string[];
  /** Until when a token without `exp` counts, ms after its `iat`, default 24 hours; null: for 400 days. */
  readonly tokenMaxAgeMs?: number | null;
  /** Tokens that may do everything, at least 32 bytes each where `jwtSecret` is given or in production. */
  readonly adminToken?: string | readonly string[];
  /** Tokens by their digest, each with a name for the audit log and its scopes, as `plenum admin-token` prints them. */
  readonly adminTokens?: readonly AdminToken[];
  readonly service?: string;
  readonly event?: string;
  readonly corsOrigins?: readonly string[];
  readonly createPolicy?: 'any' | 'service';
  /** `public`: joining an unknown id creates a public group with the joiner as its admin. */
  readonly createOnJoin?: 'none' | 'public';
  /** Default `coalesced`; `plain` is Socket.IO's ordinary path. */
  readonly fanOut?: FanOutMode;
  /** UTF-8 bytes of `message`, default 4096. */
  readonly messageMaxBytes?: number;
  /** Sockets of one user, and of one address, on this node; 0, the default: no limit. */
  readonly maxConnectionsPerUser?: number;
  readonly maxConnectionsPerIp?: number;
  /** Connections of one address whose user is not admitted yet, on this node; default 1000, 0: no limit. */
  readonly maxUnauthenticatedPerIp?: number;
  /** Default 64 MiB: see `GatewayConfig`. */
  readonly maxUnreadBytes?: number;
  readonly engineSettings?: Partial<EngineSettings>;
  /** Code that is asked besides the rules. They stay the caller's: `close` closes none of them. */
  readonly adapters?: Adapters;
  /** How archive and notifier are served. An engine of the caller's has to know of them: `deliveryKinds`. */
  readonly delivery?: Partial<DeliverySettings>;
  /** Steps of a send of your own, by name. */
  readonly middleware?: Readonly<Record<string, SendMiddleware>>;
  /** Their order: `auth`, `rate_limit`, `moderation` and the names of `middleware`. Default: in this order. */
  readonly middlewares?: readonly string[];
  /** Request types of your own, made by `defineRequest`, for the clients of the gateway. */
  readonly requests?: readonly CustomRequest[];
  /** Default `owner`; `local`: this process owns every partition and tolerates no second node. A client owns none. */
  readonly clusterStrategy?: ClusterStrategy;
  /** Default: JSON lines of level `warn`. */
  readonly logger?: Logger;
}
