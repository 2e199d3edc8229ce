/**
 * Finds a subscriber connection that is silently broken, which no event reports, and replaces it. Every round pings the
 * connection and publishes a payload that must come back through it. A silent connection is closed within 7.5 s: after
 * two rounds of 2.75 s, plus 2 s in which the client library waits for the other side to close.
 */
import type { Clock, Random } from '@plenum/core';
import type { ChannelSubscriber } from './subscriber.ts';

const roundMs = 2500;
/** Extra time at the end of a round, ms: after a blocked event loop, timers run before waiting answers are read. */
const graceMs = 250;
/** Redis forwards a payload at once. After this time, ms, the payload counts as lost. */
const echoTimeoutMs = 1000;

export interface CanaryDeps {
  readonly subscriber: ChannelSubscriber;
  /** Publishes over the command connection. */
  readonly publish: (channel: string, payload: string) => Promise<unknown>;
  /**
   * Pings over all other connections, because the client library detects a dead connection only while a command waits
   * for its answer. Called every round; must not throw.
   */
  readonly pingOtherLinks: () => void;
  /** @returns the channel for the payload of this token; it may change between rounds. Null: there is none now. */
  readonly channelOf: (token: string) => string | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** The state of one round. */
interface Round {
  readonly link: number;
  readonly activityBefore: number;
  /** The time at which Redis had answered the ping and accepted the payload, ms; null before that. */
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

  /** Starts the rounds. They run until `stop`. */
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

  /** @returns the channel of this round; unsubscribes from the previous one if the server no longer serves it */
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
    // The connection was replaced during the round, so the answers of the round are lost.
    if (round.isDone || round.link !== subscriber.link) return false;
    const isEchoMissing =
      round.dueSinceMs !== null && clock.monotonicMs() - round.dueSinceMs >= echoTimeoutMs;
    // A connection that is busy with thousands of re-subscriptions answers late, but it is not silent.
    return isEchoMissing || subscriber.activity === round.activityBefore;
  }

  readonly #onPayload = (payload: Buffer): void => {
    if (payload.toString('latin1') === this.#expected?.token) this.#expected.onEcho();
  };

  /** Resolves when the connection has answered the ping and the payload has come back, if Redis accepted it. */
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
      // The publish failed on the command connection, so it proves nothing about this one.
      return;
    }
    round.dueSinceMs = clock.monotonicMs();
    await echo;
  }
}
