import { createHash } from 'node:crypto';
import { type Notifier, PlenumError, type Recipient } from '@plenum/core';
import type { Webhook } from './webhook.ts';

/** Client errors that pass by themselves: request timeout, too early, too many requests. */
const passing = [408, 425, 429];

/** The same for the same recipients of the same message, even when other recipients are online at a retry. */
function idOf(messageId: string, recipients: readonly Recipient[]): string {
  const users = JSON.stringify(recipients.map(({ user_id }) => user_id));
  const digest = createHash('sha256').update(users).digest('hex').slice(0, 16);
  return `${messageId}-${digest}`;
}

/**
 * Event `message.relayed`, data `{ recipients, message }`. 2xx: done · 4xx: this message is refused for good, except for 408, 425 and
 * 429, which pass · anything else: the notifier is away.
 */
export const createWebhookNotifier = (webhook: Webhook): Notifier => ({
  notify: async (recipients, message, call) => {
    const id = idOf(message.message_id, recipients);
    const { status } = await webhook.post(
      { id, type: 'message.relayed', data: { recipients, message } },
      call,
    );
    if (status >= 200 && status < 300) return undefined;
    if (status >= 400 && status < 500 && !passing.includes(status)) return { refused: `HTTP ${status}` };
    throw PlenumError.of('unavailable', { cause: new Error(`the notifier answers HTTP ${status}`) });
  },
});
