import { systemClock } from '@plenum/core';
import { describeAuthorization, describeModeration, describeNotifier, seededRandom } from '@plenum/testkit';
import { createWebhook } from '../src/webhooks/webhook.ts';
import {
  createWebhookAuthorization,
  createWebhookModeration,
  createWebhookNotifier,
} from '../src/webhooks/webhook-adapters.ts';
import { type Answering, HttpReceiver } from './http-receiver.ts';

const secrets = [`whsec_${Buffer.alloc(32, 7).toString('base64')}`];

async function connected(usual: Answering) {
  const receiver = await HttpReceiver.start();
  const webhook = createWebhook({ url: receiver.url, secrets, allowPrivate: true, clock: systemClock });
  const free = async () => {
    await webhook.close();
    await receiver[Symbol.asyncDispose]();
  };
  return { receiver, webhook, ailing: receiver.ailing(usual), [Symbol.asyncDispose]: free };
}

const dataOf = (body: string) => JSON.parse(body).data;

describeNotifier('webhook', async () => {
  const refused = new Set<string>();
  const { receiver, webhook, ailing, ...rest } = await connected(({ body }) => ({
    status: refused.has(dataOf(body).message.message_id) ? 422 : 204,
  }));
  return {
    notifier: createWebhookNotifier(webhook),
    refuse: (messageId) => refused.add(messageId),
    sent: () =>
      receiver.received
        .map(({ body }) => dataOf(body))
        .filter(({ message }) => !refused.has(message.message_id)),
    ...ailing,
    ...rest,
  };
});

describeModeration('webhook', async () => {
  const { webhook, ailing, ...rest } = await connected(({ body }) => {
    const isBad = dataOf(body).message === 'bad';
    return {
      status: 200,
      body: JSON.stringify(isBad ? { allowed: false, reason: 'rude' } : { allowed: true }),
    };
  });
  const moderation = createWebhookModeration(webhook, seededRandom());
  return { moderation, allowedText: 'good', deniedText: 'bad', reason: 'rude', ailing, ...rest };
}, ['throw', 'hang', 'garbage']);

describeAuthorization('webhook', async () => {
  const { webhook, ailing, ...rest } = await connected(({ body }) => ({
    status: 200,
    body: JSON.stringify({ allowed: dataOf(body).user_id !== 'eve' }),
  }));
  const authorization = createWebhookAuthorization(webhook, seededRandom());
  return { authorization, reason: 'denied', ailing, ...rest };
}, ['throw', 'hang', 'garbage']);
