/** The library: the same engine, operations and feeds inside the application's process, with or without an edge. */

import { issueJwt } from '@plenum/adapters';
import {
  defaultDeliverySettings,
  defaultEngineSettings,
  deliveryKindsOf,
  type Engine,
  type Logger,
  PlenumError,
} from '@plenum/core';
import { defaultMaxUnreadBytes, fullAdminToken } from '@plenum/gateway';
import { limits, type RequestResult, requestTable, userIdSchema } from '@plenum/protocol';
import { builtPages, isBuilt } from './built-pages.ts';
import { compose, type EdgeDeps, type Mount, openEngine, type Running } from './compose.ts';
import { environment } from './config.ts';
import { drainOnce } from './drain-node.ts';
import { makeCallWith } from './library/call.ts';
import { type ClusterApi, clusterApi } from './library/cluster-api.ts';
import { type DeadLettersApi, deadLettersApi } from './library/dead-letters-api.ts';
import { type GroupsApi, groupsApi } from './library/groups-api.ts';
import { type LibraryOutcome, refused } from './library/library-outcome.ts';
import { type MessagesApi, messagesApi } from './library/messages-api.ts';
import { optionProblem } from './library/option-problem.ts';
import type { GatewayPlace, OwnPort, PlenumOptions } from './library/plenum-options.ts';
import { type SendMessage, sendMessage } from './library/send.ts';
import {
  type GroupListener,
  type LibrarySubscription,
  type SubscribeOptions,
  subscribeListener,
} from './library/subscribe.ts';
import { type UsersApi, usersApi } from './library/users-api.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createLogger } from './logging.ts';
import { type Secrets, secretsOf, systemRandom } from './secrets.ts';

const dayMs = 24 * 3_600_000;
const defaultTokenSec = 3600;
/** 400 days: no token counts longer. */
const tokenMaxSec = 400 * 24 * 3600;

export interface Plenum {
  /** URL of the library's own edge; null without one. */
  readonly url: string | null;
  readonly groups: GroupsApi;
  readonly messages: MessagesApi;
  readonly users: UsersApi;
  readonly deadLetters: DeadLettersApi;
  readonly cluster: ClusterApi;
  /** Lets a user join. The same as `groups.join`. */
  join(groupId: string, userId: string): Promise<LibraryOutcome<RequestResult<'join_group'>>>;
  /** Lets a user leave. The same as `groups.leave`. */
  leave(groupId: string, userId: string): Promise<LibraryOutcome<RequestResult<'leave_group'>>>;
  /** Calls with the same `requestId` send the message once. With `ephemeral` it has no seq. */
  readonly send: SendMessage;
  /**
   * Signs a token with the first `jwtSecret`, or with the secret on which the nodes agree.
   * @param options `expiresInSec`: seconds until the token ends, default 3600
   * @throws PlenumError `invalid_args` for a user id or a time that is not valid, `unavailable` if the store is away
   */
  signToken(userId: string, options?: { readonly expiresInSec?: number }): Promise<string>;
  /**
   * Calls the listener for every entry from now on. It receives as the service, so no membership is needed, or with
   * `userId` as that user.
   */
  subscribe(
    groupId: string,
    listener: GroupListener,
    options?: SubscribeOptions,
  ): Promise<LibraryOutcome<LibrarySubscription>>;
  /**
   * Asks every client of this process to move, and closes their sockets spread over the time; gives its partitions to
   * other nodes. Calls of the library are served as before. Resolves when both are done; then call `close`.
   * @param options `withinMs`: default 15,000
   */
  drain(options?: { readonly withinMs?: number }): Promise<void>;
  /** Stops what `createPlenum` started, in reverse order. Idempotent. */
  close(): Promise<void>;
}

const defaultUnauthenticatedPerIp = 1000;
/** Time in which clients move when an operator drains the edge, ms. */
const edgeDrainMs = 15_000;
const drainMaxMs = 600_000;

/**
 * Starts the library; if one part fails, all others are stopped. Calls resolve with success or a typed refusal, and reject with
 * `PlenumError` if the store is away.
 * @throws PlenumError with one sentence about an option that is not valid, or a Redis that cannot be used
 */
export async function createPlenum(options: PlenumOptions = {}): Promise<Plenum> {
  const nodeId = systemRandom.token();
  const logger = options.logger ?? createLogger({ level: 'warn', isDev: false, nodeId });
  const lifecycle = createLifecycle(logger);
  try {
    const { adapters = {} } = options;
    expectSound(options);
    const engine = await engineFor(options, logger, lifecycle);
    const secrets = await secretsIn(options, engine);
    const running = await compose({
      engine,
      logger,
      lifecycle,
      nodeId,
      role: options.mode ?? 'node',
      adapters,
      middleware: options.middleware ?? {},
      middlewares: options.middlewares,
      createOnJoin: options.createOnJoin ?? 'none',
      readMarksOfOthers: options.readMarksOfOthers ?? 'on',
      fanOut: options.fanOut ?? 'coalesced',
      edge: edgeOf(options, secrets),
      strategy: options.clusterStrategy ?? 'owner',
      delivery: { ...defaultDeliverySettings, ...given(options.delivery) },
      onDrainAsked: ({ gateway }) => {
        gateway?.drain(edgeDrainMs).catch((err: unknown) => logger.error({ err }, 'could not drain cleanly'));
      },
    });
    return apiOf(options, { running, logger, lifecycle, secrets });
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

function expectSound(options: PlenumOptions): void {
  const problem = optionProblem(options, environment['NODE_ENV']);
  if (problem === null) return;
  const { field, sentence } = problem;
  throw new PlenumError({ code: 'invalid_args', error: sentence, details: { field } });
}

/** Removes settings with the value undefined, so that they get their defaults. */
const given = <Settings extends object>(settings: Settings | undefined): Partial<Settings> => {
  const rest: Partial<Settings> = { ...settings };
  for (const name of Object.keys(rest))
    if (Reflect.get(rest, name) === undefined) Reflect.deleteProperty(rest, name);
  return rest;
};

async function engineFor(options: PlenumOptions, logger: Logger, lifecycle: Lifecycle): Promise<Engine> {
  if (options.engine !== undefined && options.engine !== 'memory') return options.engine;
  if (options.engine === undefined && options.redisUrl === undefined)
    logger.warn({}, 'there is no redisUrl: groups and messages are gone when the process ends');
  const engine = await openEngine({
    redisUrl: options.redisUrl ?? null,
    prefix: options.prefix ?? 'plenum',
    settings: {
      ...defaultEngineSettings,
      deliveryKinds: deliveryKindsOf(options.adapters ?? {}),
      ...given(options.engineSettings),
    },
    logger,
    role: options.mode ?? 'node',
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  lifecycle.started('engine', () => engine.close());
  return engine;
}

/** A library without an edge signs tokens too, for the nodes of its prefix. */
function secretsIn(options: PlenumOptions, engine: Engine): Promise<Secrets> {
  const [first, ...others] = [options.jwtSecret ?? []].flat();
  const adminTokens = [options.adminToken ?? []].flat().map(fullAdminToken);
  return secretsOf(
    {
      jwtSecrets: first === undefined ? null : [first, ...others],
      adminTokens: [...adminTokens, ...(options.adminTokens ?? [])],
      jwks: null,
    },
    engine,
  );
}

/** @returns the options of the edge; null if nothing listens */
function edgeOf(options: PlenumOptions, secrets: Secrets): EdgeDeps | null {
  const place = options.gateway;
  if (place === undefined || options.mode === 'client') return null;
  const { host = '127.0.0.1', port = 0, console = false } = ownPortOf(place);
  if (console && !isBuilt('console.html'))
    throw invalid('gateway.console', 'The pages of the console are not built: run npm run build');
  const config = {
    host,
    port,
    service: options.service ?? 'relay',
    event: options.event ?? 'request',
    corsOrigins: options.corsOrigins ?? [],
    isDev: false,
    transports: ['websocket'] as const,
    messageMaxBytes: options.messageMaxBytes ?? limits.messageMaxBytes,
    createPolicy: options.createPolicy ?? 'any',
    maxConnectionsPerUser: options.maxConnectionsPerUser ?? 0,
    maxConnectionsPerIp: options.maxConnectionsPerIp ?? 0,
    maxUnauthenticatedPerIp: options.maxUnauthenticatedPerIp ?? defaultUnauthenticatedPerIp,
    connectRatePerSec: options.connectRatePerSec ?? 0,
    connectRateBurst: options.connectRateBurst ?? 1,
    maxUnreadBytes: options.maxUnreadBytes ?? defaultMaxUnreadBytes,
  };
  return {
    config,
    secrets,
    requests: options.requests ?? [],
    ...(options.authenticate === undefined ? {} : { authenticate: options.authenticate }),
    jwks: null,
    tokenMaxAgeMs: options.tokenMaxAgeMs === undefined ? dayMs : options.tokenMaxAgeMs,
    docs: options.docs ?? 'on',
    ...(console ? { console: { folder: builtPages } } : {}),
    mount: mountOf(place),
    reachableUrl: (url) => url,
  };
}

const ownPortOf = (place: GatewayPlace): OwnPort => ('fastify' in place || 'server' in place ? {} : place);

/** @returns null if the library listens itself */
function mountOf(place: GatewayPlace): Mount | null {
  if ('fastify' in place) return place;
  if (!('server' in place)) return null;
  const { prefix = '/plenum', path: socketPath = `${prefix}/socket.io`, ...rest } = place;
  return { ...rest, prefix, socketPath };
}

interface ApiDeps {
  readonly running: Running;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly secrets: Secrets;
}

function apiOf(options: PlenumOptions, { running, logger, lifecycle, secrets }: ApiDeps): Plenum {
  const { core, url } = running;
  const drain = drainOnce(drainMaxMs);
  const table = requestTable(options.messageMaxBytes);
  const parts = { call: makeCallWith(systemRandom), operations: core.operations, table };
  const groups = groupsApi(parts);
  return {
    url,
    groups,
    messages: messagesApi(parts),
    users: usersApi(parts),
    deadLetters: deadLettersApi(parts),
    cluster: clusterApi(core.cluster, running.watching, systemRandom),
    join: (groupId, userId) => groups.join({ groupId, userId }),
    leave: (groupId, userId) => groups.leave({ groupId, userId }),
    send: sendMessage(parts),
    signToken: (userId, { expiresInSec = defaultTokenSec } = {}) =>
      signedToken(secrets.jwtSecrets[0], userId, expiresInSec),
    subscribe: async (groupId, listener, given = {}) => {
      if (options.mode === 'client') return refused(noFeeds);
      return subscribeListener({ core, random: systemRandom, logger }, { ...given, groupId, listener });
    },
    drain: async ({ withinMs = edgeDrainMs } = {}) => {
      if (!Number.isInteger(withinMs) || withinMs < 0 || withinMs > drainMaxMs)
        throw invalid('withinMs', `withinMs must be a whole number from 0 to ${drainMaxMs}`);
      await drain(running, withinMs);
    },
    close: lifecycle.stop,
  };
}

async function signedToken(secret: string, userId: string, expiresInSec: number): Promise<string> {
  const user = userIdSchema.safeParse(userId);
  if (!user.success) throw invalid('user_id', user.error.issues[0]?.message ?? 'user_id is not valid');
  if (!Number.isInteger(expiresInSec) || expiresInSec < 1 || expiresInSec > tokenMaxSec)
    throw invalid('expiresInSec', `expiresInSec must be a whole number from 1 to ${tokenMaxSec}`);
  return await issueJwt({ secret, userId: user.data, expiresInSec });
}

const invalid = (field: string, error: string) =>
  new PlenumError({ code: 'invalid_args', error, details: { field } });

const noFeeds = {
  code: 'invalid_request',
  error: 'In client mode there are no feeds to subscribe to',
} as const;
