/** A backend that writes one message after the other by REST, each until it is answered with success. */
import { eventually } from '@plenum/testkit';
import { expect } from 'vitest';
import { httpRequest } from '../wire/http.ts';

const userId = 'bookkeeper';
const pauseMs = 20;
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, pauseMs));

export class RestSender implements AsyncDisposable {
  readonly #group: string;
  readonly #writing: Promise<void>;
  readonly #written: string[] = [];
  #isOver = false;
  #isAbandoned = false;

  private constructor(url: string, groupId: string) {
    this.#group = `${url}/v1/groups/${groupId}`;
    this.#writing = this.#write();
  }

  static async begin(url: string, groupId: string): Promise<RestSender> {
    const body = { group_id: groupId, group_type: 'public', creator_id: userId };
    const { status } = await httpRequest('POST', `${url}/v1/groups`, { body });
    expect(status).toBe(201);
    return new RestSender(url, groupId);
  }

  /** Ends the writing, and expects every message there once, in the order of writing. */
  async expectComplete(): Promise<void> {
    this.#isOver = true;
    await this.#writing;
    expect(this.#written.length).toBeGreaterThan(0);
    const limit = 200;
    const stored: string[] = [];
    for (let after = 1; ; ) {
      const { body } = await eventually(() => this.#page(after, limit));
      const entries = body['entries'] as { message: string; seq: number }[];
      stored.push(...entries.map(({ message }) => message));
      after = entries.at(-1)?.seq ?? after;
      if (entries.length < limit) break;
    }
    expect(stored).toEqual(this.#written);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#isAbandoned = true;
    await this.#writing;
  }

  async #write(): Promise<void> {
    for (let i = 0; !this.#isOver; i += 1) {
      const message = `line ${i}`;
      const call = { body: { from_user_id: userId, message }, headers: { 'idempotency-key': `sender-${i}` } };
      // Whatever went wrong, a proxy's own page included: the same key is always safe.
      while (!this.#isAbandoned && !(await isStored(this.#group, call))) await pause();
      this.#written.push(message);
      await pause();
    }
  }

  async #page(after: number, limit: number) {
    const answer = await httpRequest('GET', `${this.#group}/messages?after=${after}&limit=${limit}`);
    expect(answer.status).toBe(200);
    return answer;
  }
}

type Call = Parameters<typeof httpRequest>[2];

const isStored = (group: string, call: Call): Promise<boolean> =>
  httpRequest('POST', `${group}/messages`, call).then(
    ({ status }) => status === 200 || status === 201,
    () => false,
  );
