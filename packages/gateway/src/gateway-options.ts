/** Options of the gateway: the domain behind ports, the configuration, and optionally the caller's own servers. */
import type { Server as HttpServer } from 'node:http';
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
  Rooms,
  UsualSend,
  WatchOperations,
} from '@plenum/core';
import type { PlaygroundSettings, UserId } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';
import type { Machine } from './machine.ts';
import type { NodeReadings } from './metrics/metric-row.ts';
import type { CustomRequest } from './requests/custom-request.ts';
import type { AdminToken } from './rest/admin-tokens.ts';
import type { KeepAuditEntry } from './rest/audit.ts';
import type { Authenticate } from './sockets/authenticate.ts';

export interface GatewayConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Service name of the built-in requests; also the default of an envelope that names none. */
  readonly service: string;
  /** Event name of client requests. */
  readonly event: string;
  /**
   * Allowed origins, exact. The same origin and requests without `Origin` are always allowed; in dev mode every
   * localhost origin too.
   */
  readonly corsOrigins: readonly string[];
  readonly isDev: boolean;
  readonly transports: readonly ('websocket' | 'polling')[];
  /** All of these are accepted. */
  readonly adminTokens: readonly AdminToken[];
  /** Port of a separate listener for admin tokens and `/metrics`; absent: both are on `port`. 0: any free port. */
  readonly adminPort?: number;
  /** The longest `message`, in UTF-8 bytes. */
  readonly messageMaxBytes: number;
  readonly createPolicy: 'any' | 'service';
  /** Sockets on this node; 0: no limit, which is the default. */
  readonly maxConnectionsPerUser?: number;
  readonly maxConnectionsPerIp?: number;
  /** Connections of one address without an admitted user; 0: no limit, which is the default. */
  readonly maxUnauthenticatedPerIp?: number;
  /** Connects per second that this process admits; 0: no limit, which is the default. */
  readonly connectRatePerSec?: number;
  /** Connects that it admits at once after a quiet time. Default 1. */
  readonly connectRateBurst?: number;
  /**
   * Bytes that may wait in the process for peers that do not read: half of them for one address, a quarter for one
   * user, an eighth for one connection. Default 64 MiB.
   */
  readonly maxUnreadBytes?: number;
  /** Addresses and CIDR blocks whose `X-Forwarded-For` counts. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** A connection that has not authenticated after this long is closed. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** A request that is not complete after this time is refused, and its connection closed. Default 10 s. */
  readonly requestTimeoutMs?: number;
}

export interface GatewayOptions {
  readonly operations: Operations;
  /** Absent or null: every message goes through `operations.relay_msg`. */
  readonly usualSend?: UsualSend | null;
  readonly cluster: ClusterOperations & WatchOperations;
  readonly hub: DeviceHub;
  readonly authenticator: Authenticator;
  /** Asked about handshakes without a token. Absent: these are refused. */
  readonly authenticate?: Authenticate;
  readonly revocations: Revocations;
  /** Cuts of users' sockets that other nodes ask for. */
  readonly cuts: Pick<Nudges, 'onCut'>;
  readonly engineHealth: () => Promise<EngineHealth>;
  /** Null: Socket.IO keeps its in-memory adapter. */
  readonly roomChannels: RoomChannels | null;
  /** The Socket.IO room of a user's devices. */
  readonly rooms: Pick<Rooms, 'userRoom'>;
  /** Figures of the domain, read at each scrape of `/metrics`. */
  readonly readings: Pick<NodeReadings, 'hostedFeeds' | 'attachedDevices'> &
    Partial<Pick<NodeReadings, 'storeMemory'>>;
  readonly logger: Logger;
  /**
   * Gets one line for every act and every denial of an admin token. Default: `logger`, with the field `channel:
   * 'audit'`.
   */
  readonly auditLog?: Pick<Logger, 'info'>;
  /** Keeps the entries that `GET /v1/audit` reads. Default: nothing is kept. */
  readonly keepAuditEntry?: KeepAuditEntry;
  readonly clock: Clock;
  /** The clock for tokens, ms since 1970. Default: the wall clock. */
  readonly wallMs?: () => number;
  readonly random: Random;
  readonly config: GatewayConfig;
  /** Custom requests of the embedding team. */
  readonly requests?: readonly CustomRequest[];
  /** Set in a worker of `plenum serve --workers`. */
  readonly machine?: Machine;
  /** Shown in the OpenAPI document, and a label of `plenum_build_info`. */
  readonly version?: string;
  /** The commit that the program was built from, a label of `plenum_build_info`. */
  readonly revision?: string;
  /** Set in dev mode only: `POST /v1/dev/token` exists then. */
  readonly issueDevToken?: (userId: UserId) => Promise<string>;
  /** Signs a token for a user of a canary group. Absent: an identity provider signs the tokens, and there are no canaries. */
  readonly signCanaryToken?: (userId: UserId) => Promise<string>;
  /** Folder of the built documents, served at `/docs`. Absent: one page with the tables of the API. Null: nothing. */
  readonly site?: string | null;
  /** HTML served at `/`. */
  readonly homePage?: string;
  /**
   * Folder of the pages in which people chat through this node, served at `/` in the place of the home page. `settings`: what
   * they read at `/playground.json`.
   */
  readonly playground?: { readonly folder: string; readonly settings: () => PlaygroundSettings };
  /**
   * Folder of the pages of the console, which is served at `/console` where admin tokens are taken. Absent, or on the caller's own
   * server: there is none.
   */
  readonly console?: { readonly folder: string };
  /**
   * Set in dev mode only: `POST /v1/console/session` exists then. Resolves with an admin token for a code that is taken now, and
   * with null for any other code.
   */
  readonly takeConsoleCode?: (code: string) => Promise<string | null>;
  /** Whether an archive has what the log no longer has. Default: false. */
  readonly hasArchive?: boolean;
  /**
   * The caller's own servers, on which the gateway is mounted: it neither listens on them nor closes them. Ids above
   * 100 characters in paths need a router with `maxParamLength: 384`, because one character may be encoded as three;
   * a plugin cannot set that.
   */
  readonly fastify?: FastifyInstance;
  /**
   * The caller's HTTP server instead: requests below `prefix` and `socketPath` are taken out of it, all others reach
   * its own listeners. It stays open.
   */
  readonly server?: HttpServer;
  readonly io?: Server;
  /** The path before every route, without a slash at its end. Default: none; with `server` there has to be one. */
  readonly prefix?: string;
  /** The path of our own Socket.IO server, without a slash at its end. Default `/socket.io`. */
  readonly socketPath?: string;
  /** The namespace of the sockets, as that of the fan-out. Default `/`. */
  readonly namespace?: string;
}
