/** A user's device over the SDK that remembers everything it is told, in order. */
import {
  type Client,
  type ClientOptions,
  createClient,
  type MessageEntry,
  type RecoveredNotice,
  type ResyncNotice,
  type Status,
} from '@plenum/client';
import type { GroupEvent } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { tokenOf } from './service.ts';

const patient = { timeoutMs: 20_000 };

export class SdkUser implements Disposable {
  readonly client: Client;
  readonly entries: (MessageEntry | GroupEvent)[] = [];
  readonly resyncs: ResyncNotice[] = [];
  readonly recoveries: RecoveredNotice[] = [];
  readonly statuses: Status[] = [];

  constructor(options: ClientOptions) {
    this.client = createClient({ reconnectMs: { minMs: 20, maxMs: 300 }, ...options });
    this.client.on('message', (entry) => this.entries.push(entry));
    this.client.on('event', (entry) => this.entries.push(entry));
    this.client.on('resync', (notice) => this.resyncs.push(notice));
    this.client.on('recovered', (notice) => this.recoveries.push(notice));
    this.client.on('status', (status) => this.statuses.push(status));
  }

  /** Connected. */
  static async connect(
    userId: string,
    { url, ...options }: Partial<ClientOptions> & { readonly url: string },
  ): Promise<SdkUser> {
    const user = new SdkUser({ url, token: () => tokenOf(userId), ...options });
    if (!(await user.client.connect())) throw new Error(JSON.stringify(user.client.status));
    return user;
  }

  seqs(groupId: string): number[] {
    return this.entries.filter(({ group_id }) => group_id === groupId).map(({ seq }) => seq);
  }
  texts(groupId: string): string[] {
    return this.entries.flatMap((entry) =>
      entry.group_id === groupId && entry.type === 'message' ? [entry.message] : [],
    );
  }
  /** Sends and fails the test if that is refused. */
  async say(groupId: string, message: string): Promise<number> {
    const sent = await this.client.send(groupId, message);
    if (!sent.ok) throw new Error(JSON.stringify(sent.failure));
    return sent.result.seq;
  }

  /** Waits for the state of the connection. */
  until(state: Status['state']): Promise<void> {
    return eventually(() => {
      if (this.client.status.state !== state) throw new Error(`it is ${JSON.stringify(this.client.status)}`);
    }, patient);
  }
  /** Waits for exactly these messages, in this order. */
  untilTexts(groupId: string, texts: readonly string[]): Promise<void> {
    return eventually(() => {
      if (this.texts(groupId).join('\n') !== texts.join('\n')) {
        throw new Error(`${groupId}: ${this.texts(groupId).join(' ')} instead of ${texts.join(' ')}`);
      }
    }, patient);
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}
