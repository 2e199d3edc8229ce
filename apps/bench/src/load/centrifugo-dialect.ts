/**
 * The protocol of Centrifugo. Receivers check the offsets of the channel, which are dense, and the numbers of each sender: an
 * answer to a publish carries no offset, so the sender's numbers are what shows that the last messages came.
 */
import { centrifugo } from '../wire/centrifugo-protocol.ts';
import { numberNearTail } from '../wire/digits.ts';
import { NumberStream } from '../wire/number-stream.ts';
import type { Dialect, DialectOptions, Post, Request } from './dialect.ts';
import { numberIn, senderIn, TextFinder } from './message-text.ts';
import { type PacketRange, type Receiver, Sampler } from './receiver.ts';

/** Its history and recovery are on in the configuration that the bench writes. */
export const centrifugoNamespace = 'grp';
const channelOf = (groupId: string) => `${centrifugoNamespace}:${groupId}`;
const streamName = (groupId: string, sender: number) => `${groupId}/${sender}`;
const offsetField = { key: Buffer.from('"offset":'), tailBytes: '}}}'.length };

export class CentrifugoDialect implements Dialect {
  readonly protocol = centrifugo;
  readonly receiver: CentrifugoReceiver;
  readonly #context: DialectOptions;

  constructor(context: DialectOptions) {
    this.#context = context;
    this.receiver = new CentrifugoReceiver(context);
  }

  attaching(): Request {
    return { event: 'subscribe', payload: JSON.stringify({ channel: channelOf(this.#context.groupId) }) };
  }

  attached(answer: string): void {
    this.receiver.offsets.begin(Number(/"offset":(\d+)/.exec(answer)?.[1] ?? 0) + 1);
  }

  failureIn(answer: string): string | null {
    if (!answer.includes('"error":')) return null;
    return `error ${/"code":(\d+)/.exec(answer)?.[1] ?? answer.slice(0, 100)}`;
  }

  leaving(): Request {
    return { event: 'unsubscribe', payload: JSON.stringify({ channel: channelOf(this.#context.groupId) }) };
  }

  positions(): readonly object[] {
    return [];
  }

  posting({ text }: Post): Request {
    const { groupId, userId } = this.#context;
    const data = `{"group_id":"${groupId}","from_user_id":"${userId}","message":"${text}"}`;
    return { event: 'publish', payload: `{"channel":"${channelOf(groupId)}","data":${data}}` };
  }

  posted({ sender, number }: Post): void {
    this.#context.tally.reached(streamName(this.#context.groupId, sender), number);
  }
}

class CentrifugoReceiver implements Receiver {
  readonly offsets = new NumberStream();
  readonly streams: ReadonlyMap<string, NumberStream>;
  readonly #bySender: readonly NumberStream[];
  readonly #texts = new TextFinder();
  readonly #sampler: Sampler;
  readonly #context: DialectOptions;

  constructor(context: DialectOptions) {
    this.#context = context;
    this.#bySender = Array.from({ length: context.sendersPerGroup }, () => new NumberStream());
    for (const stream of this.#bySender) stream.begin(1);
    const named = this.#bySender.map((stream, sender): [string, NumberStream] => [
      streamName(context.groupId, sender),
      stream,
    ]);
    this.streams = new Map([[context.groupId, this.offsets], ...named]);
    this.#sampler = new Sampler(context.groupId, context.tally, messageIn);
  }

  receive(bytes: Buffer, packet: PacketRange): number {
    const at = this.#texts.find(bytes, packet.start, packet.end);
    const offset = numberNearTail(bytes, packet, offsetField);
    const number = numberIn(bytes, at);
    const stream = this.#bySender[senderIn(bytes, at)];
    if (at < 0 || offset < 0 || number < 0 || stream === undefined) {
      this.#context.tally.malformed += 1;
      this.#context.tally.problem(
        `a push that is no message: ${bytes.toString('utf8', packet.start, Math.min(packet.end, packet.start + 300))}`,
      );
      return -1;
    }
    this.offsets.accept(offset);
    stream.accept(number);
    this.#sampler.look(bytes, packet);
    return at;
  }
}

function messageIn(packet: string): unknown {
  const {
    push,
  }: { push?: { channel?: unknown; pub?: { data?: { group_id?: unknown; message?: unknown } } } } =
    JSON.parse(packet);
  const data = push?.pub?.data;
  return data !== undefined && push?.channel === channelOf(String(data.group_id)) ? data : null;
}
