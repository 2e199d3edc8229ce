/** What the edge is built from: the domain behind ports, a configuration, and perhaps the caller's own servers. */
import type {
  Authenticator,
  Clock,
  ClusterOperations,
  DeviceHub,
  EngineHealth,
  Logger,
  Nudges,
  Operations,
  Random,
  Revocations,
  RoomChannels,
} from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';
import type { NodeReadings } from './metrics/metric-row.ts';
import type { CustomRequest } from './requests/custom-request.ts';
import type { AdminToken } from './rest/admin-tokens.ts';

export interface GatewayConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Service name of the built-in requests; the default when an envelope names none. */
  readonly service: string;
  /** Event name of client requests. */
  readonly event: string;
  /** Exact origins. Same origin and no `Origin` are always allowed, in dev any localhost origin. */
  readonly corsOrigins: readonly string[];
  readonly isDev: boolean;
  readonly transports: readonly ('websocket' | 'polling')[];
  /** Each counts. */
  readonly adminTokens: readonly AdminToken[];
  /** A listener of its own for the admin token and for `/metrics`; without it both are on the one port. 0: any free port. */
  readonly adminPort?: number;
  /** UTF-8 bytes of `message`. */
  readonly messageMaxBytes: number;
  readonly createPolicy: 'any' | 'service';
  /** Sockets on this node; 0: no limit, which is the default. */
  readonly maxConnectionsPerUser?: number;
  readonly maxConnectionsPerIp?: number;
  /** Connections of one address whose user is not admitted yet; 0: no limit, which is the default. */
  readonly maxUnauthenticatedPerIp?: number;
  /**
   * Bytes that may wait in the process for peers which do not read; half of it for one address, a quarter for one user, an
   * eighth for one connection. Default 64 MiB.
   */
  readonly maxUnreadBytes?: number;
  /** Addresses and CIDR blocks whose `X-Forwarded-For` counts. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** A connection that has not authenticated after this long is closed. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** An HTTP request that has not come to its end after this long is refused, and its connection closed. Default 10 s. */
  readonly requestTimeoutMs?: number;
}

export interface GatewayOptions {
  readonly operations: Operations;
  readonly cluster: ClusterOperations;
  readonly hub: DeviceHub;
  readonly authenticator: Authenticator;
  readonly revocations: Revocations;
  /** Cuts that are meant for sockets of this node. */
  readonly cuts: Pick<Nudges, 'onCut'>;
  readonly engineHealth: () => Promise<EngineHealth>;
  /** Null: Socket.IO keeps its in-memory adapter. */
  readonly roomChannels: RoomChannels | null;
  /** The figures of the domain at each scrape of `/metrics`. */
  readonly readings: Pick<NodeReadings, 'hostedFeeds' | 'attachedDevices'>;
  readonly logger: Logger;
  /** Gets a line for every act and every denial of an admin token. Default: `logger`, with the field `channel: 'audit'`. */
  readonly auditLog?: Pick<Logger, 'info'>;
  readonly clock: Clock;
  /** By which tokens are judged, ms since 1970. Default: the wall clock. */
  readonly wallMs?: () => number;
  readonly random: Random;
  readonly config: GatewayConfig;
  /** Request types of the team's own, beside the built-in ones. */
  readonly requests?: readonly CustomRequest[];
  /** Shown in the OpenAPI document. */
  readonly version?: string;
  /** Given in dev mode only: `POST /v1/dev/token` exists then. */
  readonly issueDevToken?: (userId: UserId) => Promise<string>;
  /** HTML served at `/`. */
  readonly homePage?: string;
  /**
   * The caller's own servers to mount on: the gateway neither listens on them nor closes them. Ids of more than 100
   * characters in paths need a router with `maxParamLength: 384`, which a plugin cannot set: an encoded character counts three.
   */
  readonly fastify?: FastifyInstance;
  readonly io?: Server;
}
