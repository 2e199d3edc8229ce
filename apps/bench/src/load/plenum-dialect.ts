/** The public protocol of Plenum. Receivers check the seqs of the group log, which count messages and membership changes. */
import { numberNearTail } from '../wire/digits.ts';
import { NumberStream } from '../wire/number-stream.ts';
import { plainSocketIo, socketIo } from '../wire/socket-io-protocol.ts';
import type { WireProtocol } from '../wire/wire-protocol.ts';
import { type Dialect, type DialectOptions, type Post, type Request, socketIoFailureIn } from './dialect.ts';
import { TextFinder } from './message-text.ts';
import { nowUs } from './monotonic.ts';
import { isMessage, type PacketRange, parsed, type Receiver, Sampler } from './receiver.ts';

const event = 'request';
/** `}}]` behind the seq of a message. */
const tailBytes = 3;
const seqKey = Buffer.from('"seq":');

export class PlenumDialect implements Dialect {
  readonly protocol: WireProtocol;
  readonly failureIn = socketIoFailureIn;
  readonly receiver: PlenumReceiver;
  readonly #context: DialectOptions;
  #epoch = '';

  constructor(context: DialectOptions) {
    this.#context = context;
    this.protocol = context.arePlain ? plainSocketIo : socketIo;
    this.receiver = new PlenumReceiver(context);
  }

  attaching(): Request {
    const { groupId, isCreator, areJoinsCounted } = this.#context;
    const membership_events = areJoinsCounted ? 'counts' : 'all';
    const [request_type, args] = isCreator
      ? ['create_group', { group_id: groupId, group_type: 'public', membership_events }]
      : ['join_group', { group_id: groupId }];
    return { event, payload: JSON.stringify({ request_type, args }) };
  }

  attached(answer: string): void {
    const [body] = parsed(answer);
    const result: unknown =
      typeof body === 'object' && body !== null && 'result' in body ? body.result : null;
    const seq = typeof result === 'object' && result !== null && 'seq' in result ? Number(result.seq) : 1;
    // A join that is counted only is no entry: what comes begins behind the head.
    const { areJoinsCounted, isCreator } = this.#context;
    this.receiver.stream.begin(areJoinsCounted && !isCreator ? seq + 1 : seq);
    this.#epoch =
      typeof result === 'object' && result !== null && 'epoch' in result ? String(result.epoch) : '';
  }

  leaving(): Request {
    const payload = { request_type: 'leave_group', args: { group_id: this.#context.groupId } };
    return { event, payload: JSON.stringify(payload) };
  }

  positions(): readonly object[] {
    return [{ group_id: this.#context.groupId, epoch: this.#epoch, seq: this.receiver.stream.last }];
  }

  posting({ number, text }: Post): Request {
    const id = `m${String(number).padStart(10, '0')}`;
    const payload = `{"request_type":"relay_msg","request_id":"${id}","args":{"group_id":"${this.#context.groupId}","message":"${text}"}}`;
    return { event, payload };
  }

  posted(_post: Post, answer: string): void {
    const seq = Number(/"seq":(\d+)/.exec(answer)?.[1] ?? 0);
    this.#context.tally.reached(this.#context.groupId, seq);
  }
}

class PlenumReceiver implements Receiver {
  readonly stream = new NumberStream();
  readonly streams: ReadonlyMap<string, NumberStream>;
  readonly #context: DialectOptions;
  readonly #texts = new TextFinder();
  readonly #sampler: Sampler;

  constructor(context: DialectOptions) {
    this.#context = context;
    this.streams = new Map([[context.groupId, this.stream]]);
    this.#sampler = new Sampler(context.groupId, context.tally);
  }

  receive(bytes: Buffer, packet: PacketRange): number {
    if (!isMessage(bytes, packet.start)) {
      this.#receiveOther(bytes.toString('utf8', packet.start, packet.end));
      return -1;
    }
    const seq = numberNearTail(bytes, packet, { key: seqKey, tailBytes });
    if (seq < 0) this.#malformed('a message without a seq');
    else this.stream.accept(seq);
    this.#sampler.look(bytes, packet);
    return packet.isTimed ? this.#texts.find(bytes, packet.start, packet.end) : 0;
  }

  #receiveOther(text: string): void {
    const [name, payload] = parsed(text);
    if (name === 'resync') {
      this.#context.tally.resyncs += 1;
      this.#context.tally.problem(`resync: ${text.slice(0, 300)}`);
    }
    if (name === 'subscribed') this.#context.tally.resume(nowUs());
    if (name !== 'group_event') return;
    const seq = typeof payload === 'object' && payload !== null && 'seq' in payload ? payload.seq : null;
    if (typeof seq === 'number') this.stream.accept(seq);
    else this.#malformed(`a group event without a seq: ${text.slice(0, 300)}`);
  }

  #malformed(what: string): void {
    this.#context.tally.malformed += 1;
    this.#context.tally.problem(what);
  }
}
