/** What a webhook sends and accepts, and what it never follows: redirects, private addresses, endless answers. */
import { PlenumError, systemClock } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { impatient, patient, sampleMessage, seededRandom } from '@plenum/testkit';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAllowList } from '../src/webhooks/allow-list.ts';
import type { Resolve } from '../src/webhooks/guarded-connector.ts';
import { createWebhook, type Webhook, type WebhookOptions } from '../src/webhooks/webhook.ts';
import { createWebhookModeration, createWebhookNotifier } from '../src/webhooks/webhook-adapters.ts';
import { HttpReceiver } from './http-receiver.ts';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const event = { id: 'event-1', type: 'test', data: { text: 'ü "quoted"' } };

let receiver: HttpReceiver;
let open: Webhook[];
beforeEach(async () => {
  receiver = await HttpReceiver.start();
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((webhook) => webhook.close()));
  await receiver[Symbol.asyncDispose]();
});

function webhookAt(options: Partial<WebhookOptions> = {}): Webhook {
  const defaults = { url: receiver.url, secrets: [secretOf(1)], allowPrivate: true, clock: systemClock };
  const webhook = createWebhook({ ...defaults, ...options });
  open.push(webhook);
  return webhook;
}

/** Why a call had no answer. */
async function causeOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof PlenumError && error.failure.code === 'unavailable') return String(error.cause);
  throw new Error(`expected unavailable, got ${error}`);
}

describe('the request', () => {
  test('it is a POST of JSON to the whole URL', async () => {
    await webhookAt().post(event, patient());
    const [request] = receiver.received;
    expect(request).toMatchObject({ method: 'POST', path: '/hook?team=1' });
    expect(request?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ type: 'test', data: event.data });
  });

  test('a receiver with any of the secrets can verify it, and one with another cannot', async () => {
    await webhookAt({ secrets: [secretOf(1), secretOf(2)] }).post(event, patient());
    const [request] = receiver.received;
    const verify = (secret: string) =>
      new StandardWebhook(secret).verify(request?.body ?? '', {
        'webhook-id': String(request?.headers['webhook-id']),
        'webhook-timestamp': String(request?.headers['webhook-timestamp']),
        'webhook-signature': String(request?.headers['webhook-signature']),
      });
    expect(verify(secretOf(1))).toMatchObject({ data: event.data });
    expect(verify(secretOf(2))).toMatchObject({ data: event.data });
    expect(() => verify(secretOf(3))).toThrow('No matching signature');
  });

  test('the same message to the same recipients has one id, and other recipients another', async () => {
    const notifier = createWebhookNotifier(webhookAt());
    const to = (user: string, online: boolean) => [{ user_id: userIdSchema.parse(user), online }];
    const message = sampleMessage({ seq: 1 });
    await notifier.notify(to('bob', true), message, patient());
    await notifier.notify(to('bob', false), message, patient());
    await notifier.notify(to('eve', false), message, patient());
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(ids.join('')).not.toContain('.');
  });

  test('no proxy of the environment is asked', async () => {
    for (const name of ['http_proxy', 'HTTP_PROXY', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:1');
    expect(await webhookAt().post(event, patient())).toMatchObject({ status: 204 });
    vi.unstubAllEnvs();
  });
});

describe('the answer', () => {
  const notify = () => {
    const recipients = [{ user_id: userIdSchema.parse('bob'), online: true }];
    return createWebhookNotifier(webhookAt()).notify(recipients, sampleMessage({ seq: 1 }), patient());
  };

  test.each([200, 201, 202, 204])('HTTP %i is a notification that was taken', async (status) => {
    receiver.answering = () => ({ status });
    expect(await notify()).toBeUndefined();
  });

  test.each([400, 401, 403, 404, 410, 413, 422])('HTTP %i refuses the message for good', async (status) => {
    receiver.answering = () => ({ status });
    expect(await notify()).toEqual({ refused: `HTTP ${status}` });
  });

  test.each([301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 504])(
    'HTTP %i is an outage',
    async (status) => {
      receiver.answering = () => ({ status, headers: { location: `${receiver.url}&redirected` } });
      expect(await causeOf(notify())).toContain(`HTTP ${status}`);
      expect(receiver.received).toHaveLength(1);
    },
  );

  test('a notification is taken by its status, though the answer never ends', async () => {
    receiver.answering = () => 'endless';
    expect(await notify()).toBeUndefined();
  });

  test.each<[string, string | null]>([
    ['nothing', ''],
    ['no JSON', 'yes'],
    ['null', 'null'],
    ['a list', '[true]'],
    ['another word', '{"isAllowed":true}'],
    ['a text for a boolean', '{"allowed":"false"}'],
    ['a number for a boolean', '{"allowed":1}'],
    ['a reason that is no text', '{"allowed":false,"reason":{"a":1}}'],
    ['a reason beyond every limit', JSON.stringify({ allowed: false, reason: 'x'.repeat(513) })],
    ['a very deep list', '['.repeat(20_000)],
    ['no end', null],
  ])('%s is no verdict', async (_, body) => {
    receiver.answering = () => (body === null ? 'endless' : { status: 200, body });
    const moderation = createWebhookModeration(webhookAt(), seededRandom());
    const message = {
      group_id: groupIdSchema.parse('g'),
      from_user_id: userIdSchema.parse('ann'),
      message: 'hi',
    };
    expect(await causeOf(moderation.check(message, patient()))).toContain('no verdict');
  });

  test('a cut connection is an outage, and the next call has a new one', async () => {
    const webhook = webhookAt();
    receiver.answering = () => 'reset';
    await causeOf(webhook.post(event, patient()));
    receiver.answering = () => ({ status: 204 });
    expect(await webhook.post(event, patient())).toMatchObject({ status: 204 });
  });

  test('an answer after the time limit is an outage, and is ignored', async () => {
    const webhook = webhookAt({ timeoutMs: 1500 });
    receiver.answering = () => 'silence';
    expect(await causeOf(webhook.post(event, patient()))).toContain('no answer within 1500 ms');
    receiver.release();
    receiver.answering = () => ({ status: 204 });
    expect(await webhook.post(event, patient())).toMatchObject({ status: 204 });
  });

  test('after close, calls are refused', async () => {
    const webhook = webhookAt();
    await webhook.close();
    await causeOf(webhook.post(event, patient()));
    await webhook.close();
  });
});

describe('private addresses', () => {
  const answering =
    (...list: readonly string[]): Resolve =>
    (_hostname, _options, callback) =>
      callback(
        null,
        list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const refusedBy = (resolve: Resolve) =>
    causeOf(
      webhookAt({ url: `https://hooks.example:${receiver.port}/`, allowPrivate: false, resolve }).post(
        event,
        patient(),
      ),
    );

  test.each(['127.0.0.1', '10.0.0.7', '169.254.169.254', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1'])(
    'a name that resolves to %s is not connected to',
    async (address) => {
      expect(await refusedBy(answering(address))).toContain('is not a public address');
      expect(receiver.received).toEqual([]);
    },
  );

  test('one private address among public ones is enough', async () => {
    expect(await refusedBy(answering('93.184.216.34', '127.0.0.1'))).toContain('is not a public address');
  });

  test.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '0',
    '[::1]',
    '[::ffff:7f00:1]',
    'localhost',
  ])('the host %s in the URL is not connected to', async (host) => {
    const webhook = webhookAt({ url: `https://${host}:${receiver.port}/`, allowPrivate: false });
    expect(await causeOf(webhook.post(event, patient()))).toContain('is not a public address');
  });

  test('a name is looked up once per connection, so the address that is checked is the one used', async () => {
    let lookups = 0;
    const counting: Resolve = (hostname, options, callback) => {
      lookups += 1;
      answering('127.0.0.1')(hostname, options, callback);
    };
    expect(await refusedBy(counting)).toContain('is not a public address');
    expect(lookups).toBe(1);
  });

  test('a resolver that never answers ends with the caller', async () => {
    const url = 'https://hooks.example/';
    const webhook = webhookAt({ url, allowPrivate: false, resolve: () => undefined });
    expect(await causeOf(webhook.post(event, impatient(50)))).toContain('given up');
  });
});

describe('private addresses that are allowed', () => {
  const resolvingTo =
    (...list: readonly string[]): Resolve =>
    (_hostname, _options, callback) =>
      callback(
        null,
        list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const at = (host: string, entries: readonly string[], resolve = resolvingTo('127.0.0.1')) =>
    webhookAt({
      ...{ url: `http://${host}:${receiver.port}/hook`, allowPrivate: false, resolve },
      allow: createAllowList(entries),
    });

  test.each([
    ['moderation.internal', ['moderation.internal']],
    ['moderation.internal', ['10.0.0.0/8', 'Moderation.Internal.']],
    ['moderation.internal', ['127.0.0.0/8']],
    ['127.0.0.1', ['127.0.0.1']],
    ['[::ffff:127.0.0.1]', ['127.0.0.0/8']],
    ['2130706433', ['127.0.0.0/8']],
  ])('plain http to %s passes where %j is allowed', async (host, entries) => {
    expect(await at(host, entries).post(event, patient())).toMatchObject({ status: 204 });
    expect(receiver.received).toHaveLength(1);
  });

  test.each([
    ['another name', 'hooks.example', ['moderation.internal']],
    ['a name below it', 'a.moderation.internal', ['moderation.internal']],
    ['another address', '127.0.0.1', ['10.0.0.0/8']],
    ['a public address', '93.184.216.34', ['10.0.0.0/8']],
  ])('plain http to %s is refused at once', async (_, host, entries) => {
    expect(() => at(host, entries)).toThrow(
      'must be https:// (plain http:// only where PLENUM_WEBHOOK_ALLOW',
    );
  });

  test.each([
    ['a private address outside of the block', '10.1.0.1'],
    ['a public address', '93.184.216.34'],
    ['the NAT64 form of an address in the block', '64:ff9b::7f00:1'],
    ['the 6to4 form of an address in the block', '2002:7f00:1::'],
    ['the address of cloud metadata', '169.254.169.254'],
  ])('plain http to a name that turns out to have %s is not connected to', async (_, address) => {
    const webhook = at('hooks.example', ['127.0.0.0/8'], resolvingTo('127.0.0.1', address));
    expect(await causeOf(webhook.post(event, patient()))).toContain('PLENUM_WEBHOOK_ALLOW does not name it');
    expect(receiver.received).toEqual([]);
  });

  test('a name that is allowed does not open its private address to other names', async () => {
    const url = `https://rebound.example:${receiver.port}/`;
    const allow = createAllowList(['moderation.internal']);
    const webhook = webhookAt({ url, allowPrivate: false, allow, resolve: resolvingTo('127.0.0.1') });
    expect(await causeOf(webhook.post(event, patient()))).toContain('is not a public address');
  });

  test('a redirect to a place that is allowed is not followed either', async () => {
    receiver.answering = () => ({ status: 307, headers: { location: 'http://127.0.0.1:1/' } });
    const webhook = at('moderation.internal', ['moderation.internal', '127.0.0.0/8']);
    expect(await webhook.post(event, patient())).toMatchObject({ status: 307 });
  });
});

describe('what cannot be used is reported at once, without its secrets', () => {
  test.each<[string, Partial<WebhookOptions>, string]>([
    ['plain HTTP', { url: 'http://hooks.example/', allowPrivate: false }, 'must be https://'],
    ['another protocol', { url: 'file:///etc/passwd' }, 'must be https://'],
    ['no URL', { url: 'hooks' }, 'is not a URL'],
    ['a password', { url: 'https://ann:pass-word@hooks.example/' }, 'must not contain a user or a password'],
    ['no secret', { secrets: [] }, 'at least one secret'],
    ['a secret without its prefix', { secrets: ['cGFzcy13b3JkcGFzcy13b3JkcGFzcy13b3Jk'] }, 'whsec_'],
    ['a short secret', { secrets: ['whsec_cGFzcy13b3Jk'] }, '24 to 64 bytes'],
    [
      'a secret that is no base64',
      { secrets: ['whsec_pass-word!pass-word!pass-word!pass-word'] },
      '24 to 64 bytes',
    ],
  ])('%s', (_, options, sentence) => {
    const make = () => webhookAt(options);
    expect(make).toThrow(sentence);
    expect(make).not.toThrow(/pass-word|cGFzcy13b3Jk/);
  });
});
