/** The protocol of the baselines, which relay messages unchecked. Without a seq, receivers check the numbers of each sender. */
import { NumberStream } from '../wire/number-stream.ts';
import { socketIo } from '../wire/socket-io-protocol.ts';
import { type Dialect, type DialectOptions, type Post, type Request, socketIoFailureIn } from './dialect.ts';
import { numberIn, senderIn, TextFinder } from './message-text.ts';
import { isMessage, type PacketRange, type Receiver, Sampler } from './receiver.ts';

const streamName = (groupId: string, sender: number) => `${groupId}/${sender}`;

export class BareDialect implements Dialect {
  readonly protocol = socketIo;
  readonly failureIn = socketIoFailureIn;
  readonly receiver: Receiver;
  readonly #context: DialectOptions;

  constructor(context: DialectOptions) {
    this.#context = context;
    this.receiver = new BareReceiver(context);
  }

  attaching(): Request {
    return { event: 'join', payload: JSON.stringify({ group_id: this.#context.groupId }) };
  }

  attached(): void {}

  leaving(): null {
    return null;
  }

  positions(): readonly object[] {
    return [];
  }

  posting({ text }: Post): Request {
    const { groupId, userId } = this.#context;
    return {
      event: 'relay_msg',
      payload: `{"group_id":"${groupId}","from_user_id":"${userId}","message":"${text}"}`,
    };
  }

  posted({ sender, number }: Post): void {
    this.#context.tally.reached(streamName(this.#context.groupId, sender), number);
  }
}

class BareReceiver implements Receiver {
  readonly streams: ReadonlyMap<string, NumberStream>;
  readonly #bySender: readonly NumberStream[];
  readonly #texts = new TextFinder();
  readonly #sampler: Sampler;
  readonly #context: DialectOptions;

  constructor(context: DialectOptions) {
    this.#context = context;
    this.#bySender = Array.from({ length: context.sendersPerGroup }, () => new NumberStream());
    for (const stream of this.#bySender) stream.begin(1);
    this.streams = new Map(
      this.#bySender.map((stream, sender) => [streamName(context.groupId, sender), stream]),
    );
    this.#sampler = new Sampler(context.groupId, context.tally);
  }

  receive(bytes: Buffer, packet: PacketRange): number {
    if (!isMessage(bytes, packet.start)) return -1;
    const at = this.#texts.find(bytes, packet.start, packet.end);
    const number = numberIn(bytes, at);
    const stream = this.#bySender[senderIn(bytes, at)];
    if (at < 0 || number < 0 || stream === undefined) {
      this.#context.tally.malformed += 1;
      this.#context.tally.problem('a message without a number');
    } else stream.accept(number);
    this.#sampler.look(bytes, packet);
    return at;
  }
}
