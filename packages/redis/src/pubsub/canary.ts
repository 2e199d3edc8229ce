/**
 * Finds a half-open subscriber link, which nobody else reports: every round pings the link and sends a payload to
 * ourselves through it. A link that stays silent is replaced. Worst case from silence to a closed link is 7.5 s:
 * two rounds, and 2 s that the client library waits for the other side's goodbye.
 */
import type { Clock, Random } from '@plenum/core';
import type { ChannelSubscriber } from './subscriber.ts';

const verdictMs = 2500;
/** After a blocked event loop timers run before sockets are read: one more turn lets waiting answers in. */
const graceMs = 250;
/** Redis hands a payload on at once; what has not come back after this will not. */
const deafAfterMs = 1000;

export interface CanaryOptions {
  readonly subscriber: ChannelSubscriber;
  /** On the command connection. */
  readonly publish: (channel: string, payload: string) => Promise<unknown>;
  /**
   * Asks something over each other connection: the client library finds a dead link only while an answer is due.
   * Called every round; must not throw.
   */
  readonly touchOthers: () => void;
  /** Where to sing, with a token that makes it ours; may change from round to round. Null: nowhere at the moment. */
  readonly channelOf: (token: string) => string | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** What one round has learned about the link that it began on. */
interface Round {
  readonly link: number;
  readonly soundsBefore: number;
  /** When Redis had answered the ping and taken the payload that has to come back; null before that. */
  owedSinceMs: number | null;
  isDone: boolean;
}

export class Canary {
  readonly #options: CanaryOptions;
  readonly #token: string;
  #channel: string | null = null;
  #expected: { readonly song: string; readonly heard: () => void } | null = null;
  #cancel: () => void = () => undefined;
  #isStopped = false;

  constructor(options: CanaryOptions) {
    this.#options = options;
    this.#token = options.random.token();
  }

  /** Begins the rounds; they end with `stop` only. */
  start(): void {
    if (this.#isStopped) return;
    const { clock, subscriber, touchOthers } = this.#options;
    touchOthers();
    const round: Round = {
      link: subscriber.link,
      soundsBefore: subscriber.sounds,
      owedSinceMs: null,
      isDone: false,
    };
    const done = () => {
      round.isDone = true;
    };
    const channel = this.#sit();
    if (subscriber.isUp && channel !== null) this.#check(round, channel).then(done, done);
    else done();
    this.#cancel = clock.after(verdictMs, () => {
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
  #sit(): string | null {
    const channel = this.#options.channelOf(this.#token);
    if (channel !== this.#channel) this.#leave();
    this.#channel = channel;
    return channel;
  }

  #leave(): void {
    if (this.#channel !== null) this.#options.subscriber.unsubscribe(this.#channel, this.#listen);
  }

  #isSilent(round: Round): boolean {
    const { subscriber, clock } = this.#options;
    // A link that was replaced meanwhile took the round's answers with it.
    if (round.isDone || round.link !== subscriber.link) return false;
    const isDeaf = round.owedSinceMs !== null && clock.monotonicMs() - round.owedSinceMs >= deafAfterMs;
    // A link that is busy with thousands of re-subscriptions answers late and is not silent.
    return isDeaf || subscriber.sounds === round.soundsBefore;
  }

  readonly #listen = (payload: Buffer): void => {
    if (payload.toString('latin1') === this.#expected?.song) this.#expected.heard();
  };

  /** Resolves when the link answered a ping and, if Redis took it, our own payload came back through it. */
  async #check(round: Round, channel: string): Promise<void> {
    const { subscriber, publish, random, clock } = this.#options;
    const subscribed = subscriber.subscribe(channel, this.#listen);
    await Promise.all([subscribed, subscriber.ping()]);
    const song = random.token();
    const heard = new Promise<void>((resolve) => {
      this.#expected = { song, heard: resolve };
    });
    try {
      await publish(channel, song);
    } catch {
      // That says something about the other connection, nothing about this one.
      return;
    }
    round.owedSinceMs = clock.monotonicMs();
    await heard;
  }
}
