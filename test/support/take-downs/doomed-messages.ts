/** Writers: each message is sent, perhaps edited, reacted to and pinned, and taken down a little later. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AnyAnswer, Device } from '../devices/device.ts';
import type { HttpAnswer, RestCall } from '../wire/http.ts';
import type { Marks } from './marks.ts';

export interface Doomed {
  readonly groupId: string;
  readonly messageId: string;
  readonly seq: number;
  readonly marks: readonly string[];
}

interface WriterDeps {
  readonly groupIds: readonly string[];
  /** Devices of members; the first is of the admin. */
  readonly devices: readonly Device[];
  readonly marks: Marks;
  /** How long a message of the group lives, ms. */
  readonly takenDownAfterMs: (groupId: string) => number;
  /** As the service, at any node. */
  readonly rest: (method: string, path: string, call: RestCall) => Promise<HttpAnswer>;
}

const lookAgainMs = 100;

const oneOf = <T>(choices: readonly T[]): T => {
  const choice = choices[Math.floor(Math.random() * choices.length)];
  if (choice === undefined) throw new Error('there is nothing to choose from');
  return choice;
};
const isLikely = (chance: number) => Math.random() < chance;

export class DoomedMessages {
  /** By id. */
  readonly sent = new Map<string, Doomed>();
  readonly #deps: WriterDeps;

  constructor(deps: WriterDeps) {
    this.#deps = deps;
  }

  any(): Doomed | null {
    return this.sent.size === 0 ? null : oneOf([...this.sent.values()]);
  }

  async write(): Promise<void> {
    const { groupIds, devices, marks } = this.#deps;
    const groupId = oneOf(groupIds);
    const author = oneOf(devices);
    const [text, note] = [marks.make(), marks.make()];
    const message = `what is ${text} about`;
    const draft = { group_id: groupId, message, metadata: { note } };
    const replied = this.any();
    const isReply = replied?.groupId === groupId && isLikely(0.3);
    const reply = isReply
      ? await author.request('relay_msg', { ...draft, reply_to: replied.messageId })
      : null;
    // The other message may be taken down by now.
    const sent = reply?.success === true ? reply.result : await author.must('relay_msg', draft);
    const messageId = String(sent['message_id']);
    const all = [text, note];
    const doomed = { groupId, messageId, seq: Number(sent['seq']), marks: all };
    this.sent.set(messageId, doomed);
    const edits = isLikely(0.5) ? 2 : 0;
    for (let at = 0; at < edits; at += 1) await this.#edit(author, doomed, all);
    if (isLikely(0.3)) await this.#tolerant(oneOf(devices), 'react', { ...targetOf(doomed), reaction: '👍' });
    if (isLikely(0.1)) await devices[0]?.request('pin_message', targetOf(doomed));
    await pause(this.#deps.takenDownAfterMs(groupId));
    // Some edits are on their way when the message is taken down.
    const late = isLikely(0.3) ? this.#edit(author, doomed, all) : null;
    await this.#takeDown(author, doomed);
    marks.go(all);
    await late;
  }

  async #edit(author: Device, doomed: Doomed, all: string[]): Promise<void> {
    const [text, note] = [this.#deps.marks.make(), this.#deps.marks.make()];
    all.push(text, note);
    const edit = { ...targetOf(doomed), message: `it is about ${text}`, metadata: { note } };
    await this.#tolerant(author, 'edit_message', edit);
  }

  /** The message may be taken down, or the log may have lost it and the archive not got it. */
  async #tolerant(device: Device, request: string, args: object): Promise<void> {
    const answer = await device.request(request, args);
    const isTold = answer.success || answer.code === 'message_not_found' || answer.can_retry;
    if (!isTold) throw unexpected(request, answer);
  }

  async #takeDown(author: Device, doomed: Doomed): Promise<void> {
    const requestId = `take down ${doomed.messageId}`;
    for (;;) {
      const by = oneOf([author, this.#deps.devices[0] ?? author, null]);
      if (by === null) {
        const path = `/v1/groups/${doomed.groupId}/messages/${doomed.messageId}`;
        const { status, body } = await this.#deps.rest('DELETE', path, {
          headers: { 'idempotency-key': requestId },
        });
        if (status < 300) return;
        if (status !== 404 && body['can_retry'] !== true)
          throw new Error(`take-down: ${JSON.stringify(body)}`);
      } else {
        const answer = await by.request('delete_message', targetOf(doomed), requestId);
        if (answer.success) return;
        // The log has lost it, and the archive has not got it yet.
        if (answer.code !== 'message_not_found' && !answer.can_retry)
          throw unexpected('delete_message', answer);
      }
      await pause(lookAgainMs);
    }
  }
}

const targetOf = ({ groupId, messageId }: Doomed) => ({ group_id: groupId, message_id: messageId });
const unexpected = (request: string, answer: AnyAnswer) => new Error(`${request}: ${JSON.stringify(answer)}`);
