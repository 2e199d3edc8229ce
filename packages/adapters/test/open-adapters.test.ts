import { systemClock } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { patient, sampleMessage } from '@plenum/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AdapterOptions, type OpenAdapters, openAdapters } from '../src/index.ts';
import { HttpReceiver } from './http-receiver.ts';

const silence = () => undefined;
const none: AdapterOptions = {
  archiveUrl: null,
  notifierUrl: null,
  moderationUrl: null,
  moderationWords: null,
  moderationOnFailure: 'closed',
  authUrl: null,
  authOnFailure: 'open',
  webhookSecrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`],
  allowPrivate: true,
  logger: { debug: silence, info: silence, warn: silence, error: silence },
  clock: systemClock,
};
const groupId = groupIdSchema.parse('room:one');
const ann = userIdSchema.parse('ann');

let receiver: HttpReceiver;
let open: OpenAdapters;
beforeEach(async () => {
  receiver = await HttpReceiver.start();
});
afterEach(async () => {
  await open.close();
  await receiver[Symbol.asyncDispose]();
});

test('without a configuration there are no adapters, and that is ready', async () => {
  open = openAdapters(none);
  await open.ready();
  expect(open.adapters).toEqual({});
});

test('what is configured is there, with what happens when it fails', () => {
  const url = receiver.url;
  const archiveUrl = 'postgres://127.0.0.1:1/db';
  open = openAdapters({ ...none, archiveUrl, notifierUrl: url, moderationUrl: url, authUrl: url });
  const { archive, notifier, moderation, auth } = open.adapters;
  expect([archive?.read, notifier?.notify]).toEqual([expect.any(Function), expect.any(Function)]);
  expect([moderation?.onFailure, auth?.onFailure]).toEqual(['closed', 'open']);
});

test('each webhook is called at its own URL', async () => {
  receiver.answering = () => ({ status: 200, body: '{"allowed":true}' });
  const at = (name: string) => `http://127.0.0.1:${receiver.port}/${name}`;
  open = openAdapters({ ...none, notifierUrl: at('n'), moderationUrl: at('m'), authUrl: at('a') });
  const { notifier, moderation, auth } = open.adapters;
  await notifier?.notify([{ user_id: ann, online: false }], sampleMessage({ seq: 1 }), patient());
  await moderation?.check({ group_id: groupId, from_user_id: ann, message: 'hi' }, patient());
  await auth?.authorize(ann, groupId, 'send', patient());
  expect(receiver.received.map(({ path }) => path)).toEqual(['/n', '/m', '/a']);
});

test('the word list is asked before the webhook, which gets only what it allows', async () => {
  receiver.answering = () => ({ status: 200, body: '{"allowed":false,"reason":"rude"}' });
  open = openAdapters({ ...none, moderationWords: 'frack', moderationUrl: receiver.url });
  const verdictOn = (message: string) =>
    open.adapters.moderation?.check({ group_id: groupId, from_user_id: ann, message }, patient());
  expect(await verdictOn('frack')).toEqual({ isAllowed: false, reason: 'blocked' });
  expect(receiver.received).toEqual([]);
  expect(await verdictOn('fine')).toEqual({ isAllowed: false, reason: 'rude' });
});

test('while the archive is away the adapters are not ready', async () => {
  open = openAdapters({ ...none, archiveUrl: 'postgres://127.0.0.1:1/db' });
  await expect(open.ready()).rejects.toThrow();
});

test.each<[string, Partial<AdapterOptions>, string]>([
  ['a database of another kind', { archiveUrl: 'mysql://ann:pass-word@db/x' }, 'must be postgres://'],
  ['a webhook without a secret', { notifierUrl: 'https://hooks.example', webhookSecrets: [] }, 'one secret'],
  ['plain HTTP', { authUrl: 'http://hooks.example', allowPrivate: false }, 'must be https://'],
  ['no word', { moderationWords: ' , ' }, 'words for moderation'],
])('%s is reported at once, without a password', (_, options, sentence) => {
  open = openAdapters(none);
  const wrong = () => openAdapters({ ...none, ...options });
  expect(wrong).toThrow(sentence);
  expect(wrong).not.toThrow('pass-word');
});
