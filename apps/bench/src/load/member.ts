/** One member of a group: receives and checks messages, sends on command, and reconnects if it has a second URL. */
import { setTimeout as pause } from 'node:timers/promises';
import { RawConnection } from '../wire/raw-connection.ts';
import type { PacketHandler } from '../wire/wire-protocol.ts';
import type { Dialect, Request } from './dialect.ts';
import { messageText, sentUsIn } from './message-text.ts';
import { nowUs } from './monotonic.ts';
import type { Pauses } from './pauses.ts';
import type { Tally } from './tally.ts';

export interface MemberOptions {
  /** The URL of its node, then those of the nodes to which it goes when the connection is lost. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly source: string | null;
  /** Within the group. */
  readonly index: number;
  readonly textLength: number;
  readonly dialect: Dialect;
  readonly tally: Tally;
  readonly pauses: Pauses;
}

type AnswerHandler = (answer: string) => void;

const attachLimitMs = 20_000;
/** A member reconnects as Socket.IO clients do: after 0.5 to 1.5 s, spread evenly. */
const returnAfterMs = 500;
const returnSpreadMs = 1000;

/** Has no common divisor with the spread, so members with neighbouring numbers reconnect at different times. */
const stride = 617;

export class Member {
  readonly dialect: Dialect;
  readonly index: number;
  readonly #options: MemberOptions;
  readonly #waiting = new Map<number, AnswerHandler>();
  #connection: RawConnection | null = null;
  #isEnding = false;
  #sent = 0;
  /** True if the latency of deliveries is measured, from the time at which the message was due to be sent. */
  #isTimed = false;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.dialect = options.dialect;
    this.index = options.index;
  }

  get unanswered(): number {
    return this.#waiting.size;
  }

  /** @throws Error with one sentence. */
  async connect(): Promise<void> {
    await this.#connectTo(this.#options.urls[0] ?? '', {});
  }

  async #connectTo(url: string, claims: object): Promise<void> {
    const { token, source } = this.#options;
    const handler: PacketHandler = {
      event: (bytes, start, end) => this.#receive(bytes, start, end),
      ack: (id, bytes, start, end) => this.#answered(id, bytes.toString('latin1', start, end)),
      closed: (why) => this.#closed(why),
    };
    const auth = { token, ...claims };
    const onOpen = (connection: RawConnection) => {
      this.#connection = connection;
    };
    const { protocol } = this.dialect;
    await RawConnection.connect({ url, protocol, auth, source, handler, onOpen });
  }

  /** Makes this a receiver of its group. @throws Error if that is refused or not answered. */
  async attach(): Promise<void> {
    const answer = await this.#ask(this.dialect.attaching());
    if (this.dialect.failureIn(answer) !== null) throw new Error(`a member could not be attached: ${answer}`);
    this.dialect.attached(answer);
  }

  /** Ends the membership. */
  async leave(): Promise<void> {
    const request = this.dialect.leaving();
    if (request !== null) await this.#ask(request);
  }

  timeDeliveries(isTimed: boolean): void {
    this.#isTimed = isTimed;
  }

  /** Sends the next message; `then` is called with its answer. */
  post(sentUs: number, then: (isAcked: boolean) => void): void {
    this.#sent += 1;
    const { textLength, tally, index } = this.#options;
    const text = messageText({ sender: index, number: this.#sent, sentUs }, textLength);
    const post = { sender: index, number: this.#sent, text };
    this.#request(this.dialect.posting(post), (answer) => {
      const failure = this.dialect.failureIn(answer);
      if (failure === null) {
        tally.acked += 1;
        tally.ackLatency.record(nowUs() - sentUs);
        this.dialect.posted(post, answer);
      } else tally.refuse(failure);
      then(failure === null);
    });
  }

  /** Idempotent. */
  end(): void {
    this.#isEnding = true;
    this.#connection?.destroy();
  }

  #receive(bytes: Buffer, start: number, end: number): void {
    const { tally, dialect } = this.#options;
    const textAt = dialect.receiver.receive(bytes, { start, end, isTimed: this.#isTimed });
    if (textAt < 0) return;
    tally.delivered += 1;
    if (this.#isTimed) tally.deliveryLatency.record(nowUs() - sentUsIn(bytes, textAt));
  }

  #request({ event, payload }: Request, then: AnswerHandler): void {
    if (this.#connection === null) throw new Error('a member that is not connected cannot send');
    this.#waiting.set(this.#connection.request(event, payload), then);
  }

  #ask(request: Request): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${request.payload} was not answered within 20 s`)),
        attachLimitMs,
      );
      this.#request(request, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  #answered(id: number, answer: string): void {
    const then = this.#waiting.get(id);
    this.#waiting.delete(id);
    then?.(answer);
  }

  #closed(why: string): void {
    if (this.#isEnding) return;
    this.#connection = null;
    const { urls, tally } = this.#options;
    if (urls.length > 1) {
      this.#comeBack().catch((error: unknown) => tally.problem(String(error)));
      return;
    }
    tally.disconnected += 1;
    tally.problem(`a connection was lost: ${why}`);
  }

  /** Tries the other URLs in turn, with its position, until a node accepts it. */
  async #comeBack(): Promise<void> {
    const { urls, index, pauses, tally } = this.#options;
    await pause(returnAfterMs + ((index * stride) % returnSpreadMs));
    for (let attempt = index; !this.#isEnding; attempt += 1) {
      const refuge = urls[1 + (attempt % (urls.length - 1))] ?? '';
      const positions = this.dialect.positions();
      const failure = await this.#connectTo(refuge, { positions }).then(
        () => null,
        (error: unknown) => String(error),
      );
      if (failure === null) return;
      const { pauseMs, isRefused } = pauses.after(failure);
      if (isRefused) tally.connectsRefused += 1;
      await pause(pauseMs);
    }
  }
}
