/** Composes this package: checks Redis, opens the connections and builds every port on them. */
import {
  type Adapters,
  ArchiveErasing,
  AuditLog,
  absencesWork,
  type Clock,
  canariesWork,
  type Engine,
  type EngineHealth,
  type EngineSettings,
  Eraser,
  emptyGroupsWork,
  erasuresWork,
  Findings,
  idleMutesWork,
  type Logger,
  MessageEraser,
  MessageTimer,
  presenceWork,
  type Random,
  sleep,
  takenDownHoldsMs,
  timedMessagesWork,
} from '@plenum/core';
import { Anomalies } from './anomalies.ts';
import { checkRedis } from './boot/boot-check.ts';
import { DATA_VERSION } from './boot/data-version.ts';
import { DurabilityReading } from './boot/durability.ts';
import { RedisAuditLists } from './cluster/audit-lists.ts';
import { RedisCanaries } from './cluster/canaries.ts';
import { RedisErasures } from './cluster/erasures.ts';
import { RedisLeases } from './cluster/leases.ts';
import { RedisNodeChannel } from './cluster/node-channel.ts';
import { RedisNodes } from './cluster/nodes.ts';
import { RedisOneTimeCodes } from './cluster/one-time-codes.ts';
import { PrefixWitness, type PrefixWitnessDeps } from './cluster/prefix-witness.ts';
import { RedisRevocations } from './cluster/revocations.ts';
import { parseRedisUrl } from './connections/address.ts';
import { AddressWatch } from './connections/address-watch.ts';
import type { RedisClient } from './connections/client.ts';
import { type Connections, openConnections, type RedisRole } from './connections/connections.ts';
import { healthOfShards, roundTripMs, serversOf } from './connections/shards.ts';
import { RedisDeadLetters } from './delivery/dead-letters.ts';
import { DeliveryKinds } from './delivery/delivery-kinds.ts';
import { RedisOutbox } from './delivery/outbox.ts';
import { RedisDueMutes } from './groups/due-mutes.ts';
import { RedisEmptyGroups } from './groups/empty-groups.ts';
import { RedisGroupStore } from './groups/group-store.ts';
import { Keys } from './keys.ts';
import { RedisGroupLog } from './log/group-log.ts';
import { RedisImports } from './log/imports.ts';
import { RedisNotificationLevels, RedisReadMarks } from './log/read-marks.ts';
import { RedisMessageChanges } from './messages/message-changes.ts';
import { RedisTimedMessages } from './messages/timed-messages.ts';
import { RedisPresence } from './presence/presence.ts';
import { Publisher } from './pubsub/publisher.ts';
import { openPubSub, type PubSub } from './pubsub/pubsub.ts';
import { translate } from './script-calls/errors.ts';
import { ScriptCalls } from './script-calls/script-calls.ts';
import { ServerClock } from './script-calls/server-clock.ts';

export interface RedisEngineOptions {
  /**
   * `redis://` or `rediss://`, with the password: one server, or one node of a Cluster. Several URLs, separated by
   * commas: nodes of a Cluster. `redis+sentinel://host:port,host:port/name`: the master that Sentinels watch as `name`.
   */
  readonly url: string;
  /** `[a-z0-9_-]{1,32}` */
  readonly prefix: string;
  readonly random: Random;
  readonly clock: Clock;
  readonly settings: EngineSettings;
  readonly logger: Logger;
  /** Erases the messages of a user. Default: there is none. */
  readonly archive?: Adapters['archive'];
  /** Default `node`. A `client` has one connection: it sends commands and subscribes to nothing. */
  readonly role?: RedisRole;
  /** Asks something outside Redis, such as the archive, whether the prefix was used before a time. */
  readonly wasInUse?: PrefixWitnessDeps['wasInUse'];
}

export interface RedisEngine extends Engine {
  readonly name: 'redis';
  /** Counts of faults that did not stop the engine. */
  readonly anomalies: Anomalies;
}

/** Collaborators of the ports. */
interface Foundation extends RedisEngineOptions {
  readonly keys: Keys;
  readonly connections: Connections;
  readonly anomalies: Anomalies;
  readonly publisher: Publisher;
  /** Scripts on the command connection. */
  readonly calls: ScriptCalls;
  /** Scripts on the connection for reads, so that a long read does not delay a send. In a client the same as `calls`. */
  readonly readCalls: ScriptCalls;
  readonly kinds: DeliveryKinds;
  readonly witness: PrefixWitness;
  readonly serverClock: ServerClock;
}

/** Resolves when every connection is up. @throws Error with one sentence if this Redis cannot be used */
export async function createRedisEngine(options: RedisEngineOptions): Promise<RedisEngine> {
  const { prefix, random, logger, clock, settings, role = 'node' } = options;
  const { address, tags } = await checkRedis(parseRedisUrl(options.url), prefix, { clock });
  const keys = new Keys(prefix, tags);
  const anomalies = new Anomalies({ clock, logger });
  const connections = openConnections({ address, role, random, logger, clock, anomalies });
  const { command, reads } = connections;
  const serverClock = new ServerClock(clock);
  const calls = new ScriptCalls({ redis: command, clock: serverClock, settings });
  const readCalls =
    reads === command ? calls : new ScriptCalls({ redis: reads, clock: serverClock, settings });
  const kinds = new DeliveryKinds({ calls, keys, clock, logger });
  const { wasInUse } = options;
  const remembers = wasInUse === undefined ? {} : { wasInUse };
  const witness = new PrefixWitness({ calls, keys, clock, logger, random, ...remembers });
  const publisher = new Publisher({ command, anomalies, clock });
  const engine = assemble({
    ...options,
    ...{ keys, connections, anomalies, publisher, calls, readCalls, kinds, witness, serverClock },
  });
  try {
    await connections.ready();
    await kinds.join(settings, role);
    if (role === 'node') await witness.start();
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function assemble(foundation: Foundation): RedisEngine {
  const { connections, keys, random, clock, anomalies, publisher, kinds, serverClock, witness } = foundation;
  const { calls, readCalls, logger } = foundation;
  const { command } = connections;
  const state = { calls, keys, random, settings: kinds.follow(foundation.settings), clock: serverClock };
  const readState = { ...state, calls: readCalls };
  const log = new RedisGroupLog({ ...state, readCalls });
  const pubsub = openPubSub({ ...foundation, log });
  const watch = watchAddress(foundation, pubsub);
  if (connections.subscribers !== null) watch.start();
  const durability = new DurabilityReading(command, clock);
  const dueMutes = new RedisDueMutes(readState);
  const emptyGroups = new RedisEmptyGroups(readState);
  const presence = new RedisPresence(readState);
  const { channels } = pubsub;
  const nodes = new RedisNodes({ ...state, channels, publisher, anomalies });
  const findings = new Findings(clock);
  const upkeep = { findings, clock, logger };
  const groups = new RedisGroupStore(state);
  const erasures = new RedisErasures(readState);
  const messageChanges = new RedisMessageChanges({
    ...state,
    readCalls,
    untilCallsHaveBegun: () => sleep(clock, takenDownHoldsMs),
  });
  const deadLetters = new RedisDeadLetters({ calls, keys });
  const archive = new ArchiveErasing({ archive: foundation.archive, clock, logger });
  const messages = new MessageEraser({ groups, messageChanges, deadLetters, archive, random });
  const { nudges } = pubsub;
  const canaries = new RedisCanaries(readState);
  const auditLists = new RedisAuditLists(readState);
  const audit = new AuditLog({ lists: auditLists, logger, nodeId: '' });
  const nowMs = () => serverClock.nowMs();
  const eraser = new Eraser({ erasures, groups, nudges, messages, audit, random, nowMs });
  const revocations = new RedisRevocations(readState);
  const timedMessages = new RedisTimedMessages(readState);
  const works = [
    idleMutesWork({ dueMutes, ...upkeep }),
    emptyGroupsWork({ emptyGroups, nudges, ...upkeep }),
    absencesWork({ presence, nudges, ...upkeep }),
    presenceWork({ presence, nodes, ...upkeep }),
    erasuresWork({ eraser, ...upkeep }),
    canariesWork({ canaries, groups, nudges, revocations, random, nowMs, ...upkeep }),
    timedMessagesWork({
      timer: new MessageTimer({ timed: timedMessages, changes: messageChanges }),
      ...upkeep,
    }),
  ];
  if (connections.subscribers !== null) for (const work of works) work.start();
  const health = async (): Promise<EngineHealth> => {
    const { answering, away } = await healthOfShards(command, clock);
    const isReady = pubsub.isUp() && answering > 0 && !watch.isUseless;
    const notices = [...watch.notices(), ...witness.notices(), ...connections.notices()];
    const optional = notices.length > 0 ? { notices } : {};
    return { isReady, shardsAway: away, durability: await durability.current(), ...optional };
  };
  return {
    name: 'redis',
    groups,
    dueMutes,
    emptyGroups,
    log,
    imports: new RedisImports(state),
    messageChanges,
    timedMessages,
    feeds: pubsub.feeds,
    nudges,
    presence,
    readMarks: new RedisReadMarks(readState),
    notificationLevels: new RedisNotificationLevels(readState),
    revocations,
    erasures,
    auditLists,
    canaries,
    codes: new RedisOneTimeCodes(readState),
    nodes,
    nodeChannel: new RedisNodeChannel({ keys, channels, publisher, anomalies }),
    outbox: new RedisOutbox({ calls, keys, kinds, anomalies }),
    deadLetters,
    leases: new RedisLeases({ ...state, findings }),
    partitionWorks: works,
    roomChannels: pubsub.roomChannels,
    rooms: keys.tags,
    dataVersion: DATA_VERSION,
    anomalies,
    health,
    roundTripMs: () => roundTripMs(command, clock),
    servers: (section) => serversOf(command, section, clock),
    agreeOn: (name, offer) => agreeOn(command, keys, { name, offer }),
    wallMs: () => (serverClock.isKnown ? serverClock.nowMs() : Date.now()),
    close: async () => {
      watch.stop();
      witness.stop();
      kinds.stop();
      for (const work of works) work.stop();
      pubsub.close();
      await publisher.flush();
      await connections.close();
    },
  };
}

/** Watches the address, and subscribes again to refused channels when the user has all rights. */
function watchAddress(foundation: Foundation, pubsub: PubSub): AddressWatch {
  const { connections, prefix, clock, logger } = foundation;
  return new AddressWatch({
    ...{ prefix, clock, logger, places: connections.places, fileProblem: connections.fileProblem },
    onLook: async ({ name, runId, isMaster, hasRights }) => {
      if (hasRights) pubsub.retryRefused();
      if (isMaster && runId !== '') await connections.links.expect(name, runId);
    },
  });
}

/**
 * Stores the first offer under a name, atomically. Every caller gets that first offer.
 * @throws PlenumError `unavailable` when Redis is away
 */
async function agreeOn(
  redis: RedisClient,
  keys: Keys,
  { name, offer }: { readonly name: string; readonly offer: string },
): Promise<string> {
  try {
    return (await redis.set(`${keys.prefix}:agreed:${name}`, offer, 'NX', 'GET')) ?? offer;
  } catch (error) {
    throw translate(error, false);
  }
}
