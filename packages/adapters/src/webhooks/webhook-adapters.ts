/** The moderation, authorization and notifier adapters that call a webhook. */

import { createHash } from 'node:crypto';
import {
  type AdapterCall,
  type Authorization,
  type Moderation,
  type Notifier,
  PlenumError,
  type Random,
  type Recipient,
  type Verdict,
} from '@plenum/core';
import { reasonSchema } from '@plenum/protocol';
import type { Webhook, WebhookAnswer } from './webhook.ts';

const meaningless = (why: string): PlenumError =>
  PlenumError.of('unavailable', { cause: new Error(`the webhook gives no verdict: ${why}`) });

function parsed(text: string | null): unknown {
  if (text === null) throw meaningless('its answer is too long');
  try {
    return JSON.parse(text);
  } catch {
    throw meaningless('its answer is not JSON');
  }
}

/**
 * Parses the answer `{ "allowed": boolean, "reason"?: string }`.
 * @throws PlenumError `unavailable` for any other answer, so that nothing is allowed or denied by accident
 */
function verdictOf({ status, text }: WebhookAnswer, defaultReason: string): Verdict {
  if (status < 200 || status > 299) throw meaningless(`HTTP ${status}`);
  const answer = parsed(text);
  if (typeof answer !== 'object' || answer === null) throw meaningless('its answer is not an object');
  const isAllowed = 'allowed' in answer ? answer.allowed : undefined;
  if (isAllowed === true) return { isAllowed };
  if (isAllowed !== false) throw meaningless('"allowed" is neither true nor false');
  const given = 'reason' in answer ? answer.reason : undefined;
  if (given === undefined || given === null) return { isAllowed, reason: defaultReason };
  const reason = reasonSchema.safeParse(given);
  if (!reason.success) throw meaningless('"reason" is not a text for clients');
  return { isAllowed, reason: reason.data };
}

interface Question {
  readonly type: string;
  readonly data: object;
  readonly defaultReason: string;
}

const asking =
  (webhook: Webhook, random: Random) =>
  async ({ type, data, defaultReason }: Question, call: AdapterCall): Promise<Verdict> =>
    verdictOf(await webhook.post({ id: `ask-${random.token()}`, type, data }, call), defaultReason);

/**
 * Sends the event `message.proposed` with `{ group_id, from_user_id, message, field? }`. `field` is `reason`, `note` or `metadata` if
 * the text is not a message. A denial without a reason gets the reason `blocked`.
 */
export function createWebhookModeration(webhook: Webhook, random: Random): Moderation {
  const ask = asking(webhook, random);
  return {
    check: ({ group_id, from_user_id, message, field }, call) => {
      const data = { group_id, from_user_id, message, ...(field === undefined ? {} : { field }) };
      return ask({ type: 'message.proposed', data, defaultReason: 'blocked' }, call);
    },
  };
}

/** Sends the event `action.proposed` with `{ user_id, group_id, action }`. A denial without a reason gets `denied`. */
export function createWebhookAuthorization(webhook: Webhook, random: Random): Authorization {
  const ask = asking(webhook, random);
  return {
    authorize: (user_id, group_id, action, call) =>
      ask({ type: 'action.proposed', data: { user_id, group_id, action }, defaultReason: 'denied' }, call),
  };
}

/** Status codes below 500 after which a retry may succeed: request timeout, too early, too many requests. */
const passing = [408, 425, 429];

/** Makes the event id from the message and its recipients, so a retry to the same recipients has the same id. */
function idOf(messageId: string, recipients: readonly Recipient[]): string {
  const users = JSON.stringify(recipients.map(({ user_id }) => user_id));
  const digest = createHash('sha256').update(users).digest('hex').slice(0, 16);
  return `${messageId}-${digest}`;
}

/**
 * Sends the event `message.relayed` with `{ recipients, message }`. 2xx: done · 4xx except 408, 425 and 429: the message is
 * refused and becomes a dead letter · any other status: the notifier is away, and the message is retried.
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
