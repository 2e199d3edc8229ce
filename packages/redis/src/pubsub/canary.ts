/**
 * Finds a half-open subscriber link, which no event reports. Every round pings the link and sends a payload to itself
 * through it. A silent link is replaced. From silence to a closed link it takes at most 7.5 s: two rounds of 2.75 s,
 * and 2 s in which the client library waits for the other side to close.
 */
import type { Clock, Random } from '@plenum/core';
import type { ChannelSubscriber } from './subscriber.ts';

const roundMs = 2500;
/** After a blocked event loop, timers run before sockets are read: one more tick lets waiting answers in. */
const graceMs = 250;
/** Redis forwards a payload at once; after this time it will not arrive. */
const echoTimeoutMs = 1000;

export interface CanaryDeps {
  readonly subscriber: ChannelSubscriber;
  /** On the command connection. */
  readonly publish: (channel: string, payload: string) => Promise<unknown>;
  /**
   * Pings over each other connection: the client library detects a dead link only while an answer is outstanding.
   * Called every round; must not throw.
   */
  readonly pingOtherLinks: () => void;
  /** The channel of the payload, for a token of this node; it may change between rounds. Null: none at the moment. */
  readonly channelOf: (token: string) => string | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** The state of one round. */
interface Round {
  readonly link: number;
  readonly activityBefore: number;
  /** The time at which Redis had answered the ping and accepted the payload; null before that. */
  dueSinceMs: number | null;
  isDone: boolean;
}

export class Canary {
  readonly #deps: CanaryDeps;
  readonly #token: string;
  #channel: string | null = null;
  #expected: { readonly token: string; readonly onEcho: () => void } | null = null;
  #cancel: () => void = () => undefined;
  #isStopped = false;

  constructor(deps: CanaryDeps) {
    this.#deps = deps;
    this.#token = deps.random.token();
  }

  /** Starts the rounds; only `stop` ends them. */
  start(): void {
    if (this.#isStopped) return;
    const { clock, subscriber, pingOtherLinks } = this.#deps;
    pingOtherLinks();
    const round: Round = {
      link: subscriber.link,
      activityBefore: subscriber.activity,
      dueSinceMs: null,
      isDone: false,
    };
    const done = () => {
      round.isDone = true;
    };
    const channel = this.#chooseChannel();
    if (subscriber.isUp && channel !== null) this.#check(round, channel).then(done, done);
    else done();
    this.#cancel = clock.after(roundMs, () => {
      this.#cancel = clock.after(graceMs, () => {
        if (this.#isSilent(round)) subscriber.replaceLink();
        this.start();
      });
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
    this.#leave();
  }

  /** @returns the channel of this round; leaves one that the server no longer serves */
  #chooseChannel(): string | null {
    const channel = this.#deps.channelOf(this.#token);
    if (channel !== this.#channel) this.#leave();
    this.#channel = channel;
    return channel;
  }

  #leave(): void {
    if (this.#channel !== null) this.#deps.subscriber.unsubscribe(this.#channel, this.#onPayload);
  }

  #isSilent(round: Round): boolean {
    const { subscriber, clock } = this.#deps;
    // The answers of this round were lost with the replaced link.
    if (round.isDone || round.link !== subscriber.link) return false;
    const isEchoMissing =
      round.dueSinceMs !== null && clock.monotonicMs() - round.dueSinceMs >= echoTimeoutMs;
    // A link that is busy with thousands of re-subscriptions answers late and is not silent.
    return isEchoMissing || subscriber.activity === round.activityBefore;
  }

  readonly #onPayload = (payload: Buffer): void => {
    if (payload.toString('latin1') === this.#expected?.token) this.#expected.onEcho();
  };

  /** Resolves when the link has answered a ping and, if Redis accepted it, the payload has come back through it. */
  async #check(round: Round, channel: string): Promise<void> {
    const { subscriber, publish, random, clock } = this.#deps;
    const subscribed = subscriber.subscribe(channel, this.#onPayload);
    await Promise.all([subscribed, subscriber.ping()]);
    const token = random.token();
    const echo = new Promise<void>((resolve) => {
      this.#expected = { token, onEcho: resolve };
    });
    try {
      await publish(channel, token);
    } catch {
      // The error is about the other connection, not about this one.
      return;
    }
    round.dueSinceMs = clock.monotonicMs();
    await echo;
  }
}
