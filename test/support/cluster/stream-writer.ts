/** An author that writes open messages without waiting for the answers, and takes what was not answered along to another node. */
import type { AnyAnswer, Device } from '../devices/device.ts';

interface Piece {
  readonly text?: string;
  readonly done?: true;
}

/** One open message. */
export class Stream {
  readonly messageId: string;
  /** What it has if every piece arrives once and in order. */
  whole: string;
  /** What was answered, as far as no earlier piece is still open. */
  acked: string;
  /** By request id, in order. */
  readonly open = new Map<string, Piece>();

  constructor(messageId: string, text: string) {
    this.messageId = messageId;
    this.whole = text;
    this.acked = text;
  }
}

export class StreamWriter {
  readonly userId: string;
  readonly streams: Stream[] = [];
  readonly failures: string[] = [];
  readonly #groupId: string;
  #device: Device;
  #asked = 0;

  constructor(userId: string, groupId: string, device: Device) {
    this.userId = userId;
    this.#groupId = groupId;
    this.#device = device;
  }

  async begin(): Promise<void> {
    const message = `${this.userId}, ${this.streams.length}:`;
    const sent = await this.#device.must('relay_msg', { group_id: this.#groupId, message, open: true });
    this.streams.push(new Stream(String(sent['message_id']), message));
  }

  /** The next word of each message. */
  write(word: string): void {
    for (const stream of this.streams) this.#append(stream, { text: ` ${word}` });
  }

  close(): void {
    for (const stream of this.streams) this.#append(stream, { text: '.', done: true });
  }

  /** Continues from another device, and asks again what was not answered. */
  moveTo(device: Device): void {
    this.#device = device;
    for (const stream of this.streams) for (const id of stream.open.keys()) this.#ask(stream, id);
  }

  get isAnswered(): boolean {
    return this.streams.every(({ open }) => open.size === 0);
  }

  #append(stream: Stream, piece: Piece): void {
    this.#asked += 1;
    const id = `${this.userId} ${this.#asked}`;
    stream.whole += piece.text ?? '';
    stream.open.set(id, piece);
    this.#ask(stream, id);
  }

  #ask(stream: Stream, id: string): void {
    const device = this.#device;
    if (!device.socket.connected) return;
    const args = { group_id: this.#groupId, message_id: stream.messageId, ...stream.open.get(id) };
    device.request('append_message', args, id).then(
      (answer) => this.#answered(stream, id, answer),
      // The answer is lost with its node: it is asked again elsewhere.
      () => {},
    );
  }

  #answered(stream: Stream, id: string, answer: AnyAnswer): void {
    if (!answer.success) this.failures.push(`${id}: ${JSON.stringify(answer)}`);
    stream.open.delete(id);
    const waiting = [...stream.open.values()].map(({ text = '' }) => text).join('');
    stream.acked = stream.whole.slice(0, stream.whole.length - waiting.length);
  }
}
