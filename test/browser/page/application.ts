import type { ClientOptions } from '@plenum/client';
import { SdkRecord } from '../../support/devices/sdk-record.ts';

/** Of the SDK's options those that can be said to a page. */
export type ApplicationOptions = Omit<ClientOptions, 'token' | 'clock' | 'random' | 'openLink'> & {
  readonly userId: string;
};

export const freshToken = async (userId: string): Promise<string> =>
  (await fetch(`/token?user_id=${encodeURIComponent(userId)}`)).text();

/** Runs in the page: an application over the SDK that gets its tokens from its own server. Connected, or given up. */
export async function start({ userId, ...options }: ApplicationOptions): Promise<SdkRecord> {
  const record = new SdkRecord({ token: () => freshToken(userId), ...options });
  await record.client.connect();
  return record;
}

/** @returns the status of a request to REST; null: the browser does not let the page see an answer. */
export async function statusOf(url: string, userId: string): Promise<number | null> {
  const token = await freshToken(userId);
  return fetch(url, { headers: { authorization: `Bearer ${token}` } }).then(
    ({ status }) => status,
    () => null,
  );
}
