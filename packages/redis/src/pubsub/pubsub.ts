/**
 * Opens the subscriptions of a node: feeds, nudges, the rooms of the Socket.IO adapter, and the canaries that test the
 * connections.
 */
import type { Clock, EngineSettings, FeedTransport, Nudges, Random, RoomChannels } from '@plenum/core';
import type { Anomalies } from '../anomalies.ts';
import type { Connections, Subscribers } from '../connections/connections.ts';
import { Topology } from '../connections/topology.ts';
import type { Keys } from '../keys.ts';
import { Canary } from './canary.ts';
import { ClusterSubscriber } from './cluster-subscriber.ts';
import { type FeedLog, noFeeds, RedisFeedTransport } from './feed-transport.ts';
import { RedisNudges } from './nudges.ts';
import type { Publisher } from './publisher.ts';
import { RedisRoomChannels } from './room-channels.ts';
import { ChannelSubscriber } from './subscriber.ts';
import type { Channels } from './subscription.ts';

export interface PubSubDeps {
  readonly connections: Connections;
  readonly publisher: Publisher;
  readonly log: FeedLog;
  readonly keys: Keys;
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly anomalies: Anomalies;
  readonly settings: EngineSettings;
}

export interface PubSub {
  readonly feeds: FeedTransport;
  readonly nudges: Nudges;
  /** Null with the role `client`. */
  readonly channels: Channels | null;
  /** Null with the role `client`. */
  readonly roomChannels: RoomChannels | null;
  isUp(): boolean;
  /** Subscribes again to the channels that Redis has refused. Called when the Redis user has all rights. */
  retryRefused(): void;
  close(): void;
}

export function openPubSub(deps: PubSubDeps): PubSub {
  const { connections, publisher, log, keys, prefix, clock, anomalies, settings } = deps;
  const { command, subscribers } = connections;
  const timeoutMs = settings.requestTimeoutMs;
  if (subscribers === null) {
    const nudges = new RedisNudges({ publisher, subscriber: null, keys, anomalies, clock, timeoutMs });
    return {
      feeds: noFeeds,
      nudges,
      channels: null,
      roomChannels: null,
      isUp: () => true,
      retryRefused: () => undefined,
      close: () => undefined,
    };
  }
  const { channels, retryRefused, close } = openChannels(deps, subscribers);
  return {
    feeds: new RedisFeedTransport({ subscriber: channels, log, keys, anomalies, clock, timeoutMs }),
    nudges: new RedisNudges({ publisher, subscriber: channels, keys, anomalies, clock, timeoutMs }),
    channels,
    roomChannels: new RedisRoomChannels({ prefix, subscriber: channels, command, publisher, anomalies }),
    isUp: () => channels.isUp,
    retryRefused,
    close,
  };
}

function openChannels(
  deps: PubSubDeps,
  subscribers: Subscribers,
): { channels: Channels; retryRefused(): void; close(): void } {
  const { connections, prefix, clock, random, anomalies } = deps;
  const { command, links } = connections;
  const publish = (channel: string, payload: string) => command.spublish(channel, payload);
  if (subscribers.type === 'each') {
    const { cluster, openLink } = subscribers;
    const topology = new Topology(cluster, clock);
    const shared = { topology, publish, prefix, clock, random, anomalies };
    const askRoles = (server: string) => links.askRoles(server);
    const channels = new ClusterSubscriber({ ...shared, openLink, askRoles });
    return { channels, retryRefused: () => channels.retryRefused(), close: () => channels.close() };
  }
  const subscriber = new ChannelSubscriber({ redis: subscribers.redis, anomalies });
  const pingOtherLinks = () => links.askRoles('');
  const channelOf = (token: string) => `${prefix}#canary#${token}#`;
  const canary = new Canary({ subscriber, publish, pingOtherLinks, channelOf, clock, random });
  canary.start();
  return {
    channels: subscriber,
    retryRefused: () => subscriber.retryRefused(),
    close: () => {
      canary.stop();
      subscriber.close();
    },
  };
}
