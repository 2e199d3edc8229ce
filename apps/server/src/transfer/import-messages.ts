/** Sends the messages of a file in batches of one group each, also where the groups alternate from line to line. */
import { limits } from '@plenum/protocol';
import { forEachAtOnce } from './at-once.ts';
import type { MessageLine } from './lines.ts';
import { expectDone, pathOf, type ServiceCalls } from './service-calls.ts';

export interface MessageImport {
  readonly call: ServiceCalls;
  readonly importId: string;
  /** How many messages of this import each group has. */
  readonly taken: ReadonlyMap<string, number>;
  readonly onProgress: (messages: number) => void;
}

/** Bytes of the messages of one call, so that the body stays below the maximum of a body. */
const batchMaxBytes = limits.frameMaxBytes - 4096;
/** Bytes of messages that wait, of all groups together. */
const waitingMaxBytes = 8 * 1024 * 1024;
/** Groups whose batches are sent at the same time. */
const groupsAtOnce = 8;

interface Batch {
  readonly groupId: string;
  /** Place of its first message among those of the group. */
  readonly position: number;
  readonly messages: object[];
  bytes: number;
}

/**
 * A group has at most one batch, which waits or is on its way: so its messages arrive in their order. Messages that the group
 * has already are left out.
 */
export class MessageSender {
  readonly #options: MessageImport;
  /** How many messages of each group were read. */
  readonly #read = new Map<string, number>();
  readonly #waiting = new Map<string, Batch>();
  #waitingBytes = 0;
  #done = 0;

  constructor(options: MessageImport) {
    this.#options = options;
  }

  /** Resolves when the next message may be added. @throws Error with one sentence if a batch is refused */
  async add({ type: _, group_id: groupId, ...message }: MessageLine): Promise<void> {
    const position = this.#read.get(groupId) ?? 0;
    this.#read.set(groupId, position + 1);
    if (position < (this.#options.taken.get(groupId) ?? 0)) {
      this.#done += 1;
      return;
    }
    const bytes = Buffer.byteLength(JSON.stringify(message)) + 1;
    const before = this.#waiting.get(groupId);
    const isFull =
      before !== undefined &&
      (before.messages.length === limits.importMax || before.bytes + bytes > batchMaxBytes);
    if (isFull) await this.#send(before);
    if (this.#waitingBytes + bytes > waitingMaxBytes) await this.flush();
    const batch = this.#waiting.get(groupId) ?? { groupId, position, messages: [], bytes: 0 };
    this.#waiting.set(groupId, batch);
    batch.messages.push(message);
    batch.bytes += bytes;
    this.#waitingBytes += bytes;
  }

  /** Sends all that waits. */
  async flush(): Promise<void> {
    await forEachAtOnce([...this.#waiting.values()], groupsAtOnce, (batch) => this.#send(batch));
  }

  async #send(batch: Batch): Promise<void> {
    const { call, importId, onProgress } = this.#options;
    const { groupId, position, messages } = batch;
    this.#waiting.delete(groupId);
    this.#waitingBytes -= batch.bytes;
    const body = { import_id: importId, position, messages };
    expectDone(await call({ method: 'POST', path: pathOf(groupId, '/messages/import'), body }), groupId);
    this.#done += messages.length;
    onProgress(this.#done);
  }
}
