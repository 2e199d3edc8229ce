/**
 * Finds a half-open subscriber link, which nobody else reports: every round pings the link and sends a payload to
 * ourselves through it. A link that stays silent is replaced. Worst case from silence to a closed link is 7.5 s:
 * two rounds, and 2 s that the client library waits for the other side's goodbye.
 */
import type { Clock, Random } from '@plenum/core';
import type { ChannelSubscriber } from './subscriber.ts';

const roundMs = 2500;
/** After a blocked event loop timers run before sockets are read: one more turn lets waiting answers in. */
const graceMs = 250;
/** Redis hands a payload on at once; what has not come back after this will not. */
const echoTimeoutMs = 1000;

export interface CanaryDeps {
  readonly subscriber: ChannelSubscriber;
  /** On the command connection. */
  readonly publish: (channel: string, payload: string) => Promise<unknown>;
  /**
   * Asks something over each other connection: the client library finds a dead link only while an answer is due.
   * Called every round; must not throw.
   */
  readonly pingOtherLinks: () => void;
  /** Where to sing, with a token that makes it ours; may change from round to round. Null: nowhere at the moment. */
  readonly channelOf: (token: string) => string | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** What one round has learned about the link that it began on. */
interface Round {
  readonly link: number;
  readonly activityBefore: number;
  /** When Redis had answered the ping and taken the payload that has to come back; null before that. */
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

  /** Begins the rounds; they end with `stop` only. */
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

  /** @returns the channel of this round; one that the server has no more is left. */
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
    // A link that was replaced meanwhile took the round's answers with it.
    if (round.isDone || round.link !== subscriber.link) return false;
    const isEchoMissing =
      round.dueSinceMs !== null && clock.monotonicMs() - round.dueSinceMs >= echoTimeoutMs;
    // A link that is busy with thousands of re-subscriptions answers late and is not silent.
    return isEchoMissing || subscriber.activity === round.activityBefore;
  }

  readonly #onPayload = (payload: Buffer): void => {
    if (payload.toString('latin1') === this.#expected?.token) this.#expected.onEcho();
  };

  /** Resolves when the link answered a ping and, if Redis took it, our own payload came back through it. */
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
      // That says something about the other connection, nothing about this one.
      return;
    }
    round.dueSinceMs = clock.monotonicMs();
    await echo;
  }
}
