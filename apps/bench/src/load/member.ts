/** One connected member of a group: receives, checks, and sends if it is asked to. */
import { type PacketHandler, RawConnection } from '../wire/raw-connection.ts';
import type { Dialect, Request } from './dialect.ts';
import { messageText, sentUsIn } from './message-text.ts';
import { nowUs } from './monotonic.ts';
import type { Tally } from './tally.ts';

export interface MemberOptions {
  readonly url: string;
  readonly token: string;
  readonly source: string | null;
  /** Within the group. */
  readonly index: number;
  readonly textLength: number;
  readonly dialect: Dialect;
  readonly tally: Tally;
}

type AnswerHandler = (answer: string) => void;

const attachLimitMs = 20_000;

export class Member {
  readonly dialect: Dialect;
  readonly index: number;
  readonly #options: MemberOptions;
  readonly #waiting = new Map<number, AnswerHandler>();
  #connection: RawConnection | null = null;
  #isEnding = false;
  #sent = 0;
  /** Deliveries count and are timed against the time at which they were meant to be sent. */
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
    const { url, token, source } = this.#options;
    const handler: PacketHandler = {
      event: (bytes, start, end) => this.#receive(bytes, start, end),
      ack: (id, bytes, start, end) => this.#answered(id, bytes.toString('latin1', start, end)),
      closed: (why) => this.#closed(why),
    };
    this.#connection = await RawConnection.connect({ url, auth: { token }, source, handler });
  }

  /** Makes this a receiver of its group. @throws Error if that is refused or not answered. */
  async attach(): Promise<void> {
    const [answer]: unknown[] = JSON.parse(await this.#ask(this.dialect.attaching()));
    const isGood = typeof answer === 'object' && answer !== null && 'success' in answer && answer.success;
    if (!isGood) throw new Error(`a member could not be attached: ${JSON.stringify(answer)}`);
    this.dialect.attached(answer);
  }

  timeDeliveries(isTimed: boolean): void {
    this.#isTimed = isTimed;
  }

  /** Sends the next message; `then` follows its answer. */
  post(sentUs: number, then: (isAcked: boolean) => void): void {
    this.#sent += 1;
    const { textLength, tally, index } = this.#options;
    const text = messageText({ sender: index, number: this.#sent, sentUs }, textLength);
    const post = { sender: index, number: this.#sent, text };
    this.#request(this.dialect.posting(post), (answer) => {
      const isAcked = answer.includes('"success":true');
      if (isAcked) {
        tally.acked += 1;
        tally.ackLatency.record(nowUs() - sentUs);
        this.dialect.posted(post, answer);
      } else tally.refuse(/"code":"(\w+)"/.exec(answer)?.[1] ?? answer.slice(0, 100));
      then(isAcked);
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
    this.#options.tally.disconnected += 1;
    this.#options.tally.problem(`a connection was lost: ${why}`);
  }
}
