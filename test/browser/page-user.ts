/** A user in front of a page of the application: what the SDK gave to that page is read out of it. */
import type { GroupPosition, MessageEntry, Status } from '@plenum/client';
import type { GroupEvent } from '@plenum/protocol';
import { eventually, type Send } from '@plenum/testkit';
import type { JSHandle, Page } from 'playwright-core';
import type { SdkRecord } from '../support/devices/sdk-record.ts';
import type { ApplicationOptions } from './page/application.ts';

type Application = typeof import('./page/application.ts');

const patient = { timeoutMs: 20_000, everyMs: 50 };

/** The application's page, and its script. @param origin of the server that serves it. */
export async function openApplication(page: Page, origin: string): Promise<JSHandle<Application>> {
  await page.goto(`${origin}/application`);
  return page.evaluateHandle<Application>("import('/application.js')");
}

export class PageUser {
  readonly userId: string;
  readonly page: Page;
  readonly #origin: string;
  readonly #options: ApplicationOptions;
  #record: JSHandle<SdkRecord>;
  #positions: readonly GroupPosition[] = [];

  private constructor(page: Page, origin: string, options: ApplicationOptions, record: JSHandle<SdkRecord>) {
    this.userId = options.userId;
    this.page = page;
    this.#origin = origin;
    this.#options = options;
    this.#record = record;
  }

  /** The SDK has connected, or given up. */
  static async open(page: Page, origin: string, options: ApplicationOptions): Promise<PageUser> {
    return new PageUser(page, origin, options, await PageUser.#start(page, origin, options));
  }

  static async #start(page: Page, origin: string, options: ApplicationOptions): Promise<JSHandle<SdkRecord>> {
    const application = await openApplication(page, origin);
    return application.evaluateHandle(({ start }, given) => start(given), options);
  }

  /** All that the application keeps are the positions. */
  async leavePage(): Promise<void> {
    this.#positions = await this.read(({ client }) => client.positions());
    await this.page.goto('about:blank');
  }
  async loadAgain(): Promise<void> {
    const options = { ...this.#options, positions: this.#positions };
    this.#record = await PageUser.#start(this.page, this.#origin, options);
  }

  /** What `read` finds in the page; it runs there, and its answer has to be JSON. */
  read<T>(read: (record: SdkRecord) => T): Promise<T> {
    return this.#record.evaluate(read);
  }

  status(): Promise<Status> {
    return this.read(({ client }) => client.status);
  }
  statuses(): Promise<readonly Status[]> {
    return this.read(({ statuses }) => statuses);
  }
  entriesOf(groupId: string): Promise<(MessageEntry | GroupEvent)[]> {
    return this.#record.evaluate(
      ({ entries }, wanted) => entries.filter(({ group_id }) => group_id === wanted),
      groupId,
    );
  }
  textsIn(groupId: string): Promise<string[]> {
    return this.#record.evaluate((record, wanted) => record.texts(wanted), groupId);
  }

  /** @throws Error for a refusal. */
  async create(groupId: string): Promise<void> {
    const created = await this.#record.evaluate(({ client }, id) => client.create(id, 'public'), groupId);
    if (!created.ok) throw new Error(JSON.stringify(created.failure));
  }
  /** @throws Error for a refusal. */
  async join(groupId: string): Promise<void> {
    const joined = await this.#record.evaluate(({ client }, id) => client.join(id), groupId);
    if (!joined.ok) throw new Error(JSON.stringify(joined.failure));
  }

  async send(groupId: string, message: string): Promise<Send> {
    const outcome = await this.#record.evaluate(({ client }, [id, text]) => client.send(id, text), [
      groupId,
      message,
    ] as const);
    const { requestId } = outcome;
    const sent = { groupId, userId: this.userId, requestId, message };
    if (outcome.ok) {
      const { epoch, seq, message_id: messageId } = outcome.result;
      return { ...sent, answer: { type: 'ack', epoch, seq, messageId } };
    }
    const { code } = outcome.failure;
    return { ...sent, answer: code === 'timeout' ? { type: 'unknown' } : { type: 'refused', code } };
  }

  /** Waits for the state of the connection. */
  until(state: Status['state']): Promise<void> {
    return eventually(async () => {
      const status = await this.status();
      if (status.state !== state) throw new Error(`it is ${JSON.stringify(status)}`);
    }, patient);
  }
}
