/**
 * Opens the connections of one node: one client for scripts and publishes, one for long reads, and one subscriber per
 * server. Long reads are separate because an answer in an automatic pipeline waits for its whole batch.
 */

import { once } from 'node:events';
import { type Clock, type Logger, numberedTags, type Random } from '@plenum/core';
import { type Cluster, Redis } from 'ioredis';
import type { Anomalies } from '../anomalies.ts';
import { within } from '../within.ts';
import type {
  ClusterAddress,
  Endpoint,
  RedisAddress,
  SentinelAddress,
  StandaloneAddress,
} from './address.ts';
import type { Place } from './address-watch.ts';
import type { RedisClient } from './client.ts';
import { createCluster, createLink, createRedis, endpointIn, serversOf } from './client.ts';
import {
  clusterOptions,
  commandOptions,
  type LinkOptions,
  lookOptions,
  subscriberOptions,
} from './client-options.ts';
import { loginSentence, tlsSentence } from './failure-sentence.ts';
import type { KnownServers } from './known-servers.ts';
import { Links } from './links.ts';
import { readPayloads } from './read-payloads.ts';
import { type Seed, SeedWatch } from './seed-watch.ts';
import { leaveFor, SentinelWatch } from './sentinel-watch.ts';
import { mastersOf, shardsOf, tagAt } from './shards.ts';

/** A `client` only sends commands; a `node` also subscribes. */
export type RedisRole = 'node' | 'client';

/** Where a node subscribes: on the only server, or on each master of a Cluster. */
export type Subscribers =
  | { readonly type: 'one'; readonly redis: Redis }
  | {
      readonly type: 'each';
      /** Maps channels to masters. */
      readonly cluster: Cluster;
      /** @param server `host:port`; the caller disconnects the link when the server is no longer master */
      readonly openLink: (server: string) => Redis;
    };

export interface Connections {
  readonly command: RedisClient;
  /** The client for long reads; with the role `client` the same object as `command`. */
  readonly reads: RedisClient;
  /** Null with the role `client`. */
  readonly subscribers: Subscribers | null;
  readonly links: Links;
  /** The servers to which a node that starts now would connect. */
  readonly places: () => readonly Place[];
  /** Faults that an operator should know and that do not stop the node. */
  notices(): readonly string[];
  /** Why the files of the certificates cannot be used now; null: they can, or there are none. */
  fileProblem(): string | null;
  /** Resolves when all connections are ready. @throws Error with one sentence if they are not after 10 s */
  ready(): Promise<void>;
  /** Rejects open commands, and resolves when no socket is left. Idempotent. */
  close(): Promise<void>;
}

export interface ConnectionDeps {
  readonly address: RedisAddress;
  readonly role: RedisRole;
  readonly random: Random;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly anomalies: Anomalies;
}

const readyTimeoutMs = 10_000;

/** Begins to connect; never throws when Redis is away. */
export function openConnections(deps: ConnectionDeps): Connections {
  const { address } = deps;
  return address.type === 'cluster' ? openToCluster(deps, address) : openToOne(deps, address);
}

function openToOne(deps: ConnectionDeps, address: StandaloneAddress | SentinelAddress): Connections {
  const { random } = deps;
  const known = serversOf(address);
  const clients: Redis[] = [];
  const links = new Links({ ...deps, linksOf: () => clients });
  const open = (linkOptions: LinkOptions) => {
    const client = withConnectionLog(deps, createRedis(address, linkOptions, known));
    clients.push(client);
    return client;
  };
  const onReplica = () => links.renew('', 'a connection was refused as by a replica');
  const places = (): readonly Place[] => [
    { ...onlyPlace, open: () => createRedis(address, lookLink, known) },
  ];
  const command = open({
    ...commandOptions(random, 'plenum-command', onReplica),
    enableAutoPipelining: true,
  });
  if (deps.role === 'client') {
    const watch = watchSentinels(deps, address, { known, clients });
    return connectionsOf(deps, { command, reads: command, subscribers: null, links, places }, watch);
  }
  const reads = open(commandOptions(random, 'plenum-reads', onReplica));
  const redis = open(subscriberOptions(random));
  readPayloads(redis);
  const watch = watchSentinels(deps, address, { known, clients });
  const subscribers = { type: 'one', redis } as const;
  return connectionsOf(deps, { command, reads, subscribers, links, places }, watch);
}

const onlyPlace = { name: '', tag: numberedTags.tagOfPartition(0), isCluster: false } as const;
const lookLink = { ...lookOptions, connectionName: 'plenum-look' } satisfies LinkOptions;

/** The watch over the servers that report the address of Redis. */
interface Watch {
  /** The connections of the watch; they are closed together with the others. */
  clients(): readonly Redis[];
  readonly seeds: readonly Seed[];
  close(): void;
}

const noWatch: Watch = { clients: () => [], seeds: [], close: () => undefined };

interface Watched {
  readonly known: KnownServers;
  /** The clients that are connected to the master. */
  readonly clients: readonly Redis[];
}

function watchSentinels(
  { random, logger }: ConnectionDeps,
  address: StandaloneAddress | SentinelAddress,
  { known, clients }: Watched,
): Watch {
  if (address.type === 'standalone') return noWatch;
  const onMaster = (master: Endpoint) => {
    for (const client of clients) {
      leaveFor(master, client).catch((err: unknown) =>
        logger.warn({ err }, 'could not leave a former master'),
      );
    }
  };
  const watch = new SentinelWatch({ address, known, random, onMaster });
  return { clients: () => watch.clients, seeds: watch.seeds, close: () => watch.close() };
}

function openToCluster(deps: ConnectionDeps, address: ClusterAddress): Connections {
  const { random } = deps;
  const known = serversOf(address);
  const open = (name: string) =>
    withConnectionLog(deps, createCluster(address, clusterOptions(random, name), known));
  const command = open('plenum-command');
  const subscriberLinks = new Map<string, Redis>();
  const linksOf = (server: string): readonly Redis[] => {
    const pooled = clients.flatMap((client) => shardsOf(client)).filter(({ name }) => name === server);
    return [...pooled.map(({ redis }) => redis), subscriberLinks.get(server) ?? null].filter(
      (one) => one !== null,
    );
  };
  const places = (): readonly Place[] =>
    [...mastersOf(command)].map((name) => ({
      name,
      tag: tagAt(command, name) ?? numberedTags.tagOfPartition(0),
      isCluster: true,
      open: () => createLink(address, endpointIn(name), lookLink),
    }));
  const clients = [command];
  const links = new Links({ ...deps, linksOf });
  if (deps.role === 'client')
    return connectionsOf(deps, { command, reads: command, subscribers: null, links, places });
  const reads = open('plenum-reads');
  clients.push(reads);
  const openLink = (server: string) => {
    const link = withConnectionLog(deps, createLink(address, endpointIn(server), subscriberOptions(random)));
    readPayloads(link);
    subscriberLinks.set(server, link);
    return link;
  };
  const seeds = address.seeds.map((seed) => openSeed(deps, address, seed));
  return connectionsOf(
    deps,
    { command, reads, subscribers: { type: 'each', cluster: command, openLink }, links, places },
    { clients: () => seeds.map(({ redis }) => redis), seeds, close: () => undefined },
  );
}

function openSeed({ random }: ConnectionDeps, address: ClusterAddress, seed: Endpoint): Seed {
  const link = { ...subscriberOptions(random), connectionName: 'plenum-seed-watch' };
  const redis = createLink(address, seed, link);
  // The watch logs once that a seed is away.
  redis.on('error', () => undefined);
  return { name: `${seed.host}:${seed.port}`, redis };
}

function connectionsOf(
  deps: ConnectionDeps,
  clients: Pick<Connections, 'command' | 'reads' | 'subscribers' | 'links' | 'places'>,
  watch: Watch = noWatch,
): Connections {
  const { command, reads, subscribers } = clients;
  const all = new Set<RedisClient>([
    command,
    reads,
    ...(subscribers?.type === 'one' ? [subscribers.redis] : []),
  ]);
  const seedWatch = new SeedWatch(deps.role === 'node' ? watch.seeds : [], deps);
  seedWatch.start();
  const close = async () => {
    seedWatch.stop();
    watch.close();
    await Promise.all([...all, ...watch.clients()].map(end));
  };
  let closing: Promise<void> | undefined;
  return {
    ...clients,
    notices: () => seedWatch.notices(),
    fileProblem: () => deps.address.tls?.problem ?? null,
    ready: () => allReady([...all], deps),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Logs when a client connects and when it fails. */
function withConnectionLog<C extends RedisClient>({ address, logger }: ConnectionDeps, client: C): C {
  const name =
    client instanceof Redis ? client.options.connectionName : client.options.redisOptions?.connectionName;
  const fields = { redis: address.name, connection: name };
  let lastMessage = '';
  const onError = (error: Error) => {
    // Logs one line per cause, not one per attempt.
    if (error.message === lastMessage) return;
    lastMessage = error.message;
    const reason = loginSentence(error, 'Redis') ?? tlsSentence(error, 'Redis') ?? error.message;
    logger.warn({ ...fields, reason }, 'Redis connection failed; will retry');
  };
  client.on('error', onError);
  // The event of a Cluster client for a failure of one server.
  client.on('node error', onError);
  client.on('ready', () => {
    lastMessage = '';
    logger.debug(fields, 'Redis connection is up');
  });
  return client;
}

const ready = (client: RedisClient): Promise<void> =>
  client.status === 'ready' ? Promise.resolve() : new Promise((resolve) => client.once('ready', resolve));

async function allReady(all: readonly RedisClient[], { address, clock }: ConnectionDeps): Promise<void> {
  try {
    await within(clock, readyTimeoutMs, Promise.all(all.map(ready)));
  } catch (cause) {
    throw new Error(`Redis at ${address.name} answered once and then went away.`, { cause });
  }
}

/** Resolves when the client has no socket left. */
async function end(client: RedisClient): Promise<void> {
  const sockets = client instanceof Redis ? [client] : client.nodes('all');
  const ended = sockets.map(endOf);
  client.disconnect();
  await Promise.all(ended);
}

async function endOf(redis: Redis): Promise<void> {
  // No end event would follow: a Cluster node before its first command, and a client between two attempts, have no socket.
  if (['end', 'wait', 'reconnecting'].includes(redis.status)) return;
  // `once` rejects on an error event; errors of a closing connection do not matter.
  await once(redis, 'end').catch(() => undefined);
}
