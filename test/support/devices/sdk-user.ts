/** A user's device over the SDK that records all events, in order. */
import type { ClientOptions, Status } from '@plenum/client';
import { eventually } from '@plenum/testkit';
import { tokenOf } from '../wire/http.ts';
import { SdkRecord } from './sdk-record.ts';

const patient = { timeoutMs: 20_000 };

export class SdkUser extends SdkRecord implements Disposable {
  /** Connected. */
  static async connect(
    userId: string,
    { url, ...options }: Partial<ClientOptions> & { readonly url: string },
  ): Promise<SdkUser> {
    const user = new SdkUser({ url, token: () => tokenOf(userId), ...options });
    if (!(await user.client.connect())) throw new Error(JSON.stringify(user.client.status));
    return user;
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
