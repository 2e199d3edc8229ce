/**
 * Gathers the channels that a connection subscribes to and unsubscribes from within one tick, and sends them at its end
 * in one write and in as few commands as possible. Example: 5,000 channels of a new link need ten commands.
 */
import type { Redis } from 'ioredis';
import { isNotServedHere } from '../script-calls/errors.ts';
import type { ChannelSubscription } from './subscription.ts';

/** Limits of one command, so that Redis serves other clients in between. */
const channelsMax = 512;
const bytesMax = 64 * 1024;

/** A channel, and the subscription that waits for the answer of Redis. */
export type SubscribeRequest = readonly [channel: string, subscription: ChannelSubscription];

export interface ChannelCommandsDeps {
  readonly redis: Redis;
  /** In a Cluster, the slot of a channel: a command may only name channels of one slot. */
  readonly slotOf?: ((channel: string) => number) | undefined;
  /** False if the channel was unsubscribed after the request, or is wanted by a later request. */
  readonly isWanted: (request: SubscribeRequest) => boolean;
  readonly onActive: (requests: readonly SubscribeRequest[]) => void;
  /** Redis refuses each of these channels. */
  readonly onRefused: (requests: readonly SubscribeRequest[], error: Error) => void;
}

const isRefusal = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';

export class ChannelCommands {
  readonly #deps: ChannelCommandsDeps;
  readonly #wanted = new Map<string, ChannelSubscription>();
  readonly #unwanted = new Set<string>();
  #isPlanned = false;
  /** Rises with every link, so that an answer of an earlier link is recognized. */
  #link = 0;

  constructor(deps: ChannelCommandsDeps) {
    this.#deps = deps;
  }

  subscribe(channel: string, subscription: ChannelSubscription): void {
    this.#wanted.set(channel, subscription);
    this.#plan();
  }

  unsubscribe(channel: string): void {
    // If the subscribe command of this tick is not sent yet, it never needs to be.
    if (this.#wanted.delete(channel)) return;
    this.#unwanted.add(channel);
    this.#plan();
  }

  /** Sends at once what was gathered. */
  flush(): void {
    if (this.#unwanted.size + this.#wanted.size === 0) return;
    const { redis } = this.#deps;
    const unwanted = [...this.#unwanted].map((channel) => [channel] as const);
    const wanted = [...this.#wanted];
    this.#unwanted.clear();
    this.#wanted.clear();
    this.#inOneWrite(() => {
      // A channel that is in both lists was unsubscribed first and is wanted again.
      for (const group of this.#commandsFor(unwanted)) {
        // If the link breaks before the answer, the server has dropped the subscriptions anyway.
        redis.sunsubscribe(...group.map(([channel]) => channel)).catch(() => undefined);
      }
      for (const group of this.#commandsFor(wanted)) this.#subscribe(group);
    });
  }

  /** The link opened or closed: drops what was gathered, and ignores the answers that are still open. */
  reset(): void {
    this.#link += 1;
    this.#unwanted.clear();
    this.#wanted.clear();
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.flush();
    });
  }

  #subscribe(requests: readonly SubscribeRequest[]): void {
    const { redis, onActive, onRefused } = this.#deps;
    const link = this.#link;
    redis.ssubscribe(...requests.map(([channel]) => channel)).then(
      () => {
        if (link === this.#link) onActive(requests);
      },
      (error: unknown) => {
        // Any other error ends the link, and the next link subscribes again.
        if (!isRefusal(error) || link !== this.#link) return;
        // A Cluster server serves all channels of a command or none. But one channel without right refuses the others.
        if (requests.length === 1 || isNotServedHere(error)) onRefused(requests, error);
        else this.#subscribeEach(requests);
      },
    );
  }

  #subscribeEach(requests: readonly SubscribeRequest[]): void {
    const { isWanted } = this.#deps;
    this.#inOneWrite(() => {
      for (const request of requests) if (isWanted(request)) this.#subscribe([request]);
    });
  }

  #inOneWrite(send: () => void): void {
    const { stream } = this.#deps.redis;
    stream.cork();
    try {
      send();
    } finally {
      stream.uncork();
    }
  }

  /** @returns the requests of each command */
  #commandsFor<R extends readonly [channel: string, ...unknown[]]>(requests: readonly R[]): R[][] {
    const { slotOf } = this.#deps;
    if (slotOf === undefined) return withinLimits(requests);
    const bySlot = new Map<number, R[]>();
    for (const request of requests) {
      const slot = slotOf(request[0]);
      const group = bySlot.get(slot);
      if (group === undefined) bySlot.set(slot, [request]);
      else group.push(request);
    }
    return [...bySlot.values()].flatMap(withinLimits);
  }
}

function withinLimits<R extends readonly [channel: string, ...unknown[]]>(requests: readonly R[]): R[][] {
  const commands: R[][] = [];
  let command: R[] = [];
  let bytes = 0;
  for (const request of requests) {
    const added = Buffer.byteLength(request[0]);
    if (command.length > 0 && (command.length === channelsMax || bytes + added > bytesMax)) {
      commands.push(command);
      command = [];
      bytes = 0;
    }
    command.push(request);
    bytes += added;
  }
  if (command.length > 0) commands.push(command);
  return commands;
}
