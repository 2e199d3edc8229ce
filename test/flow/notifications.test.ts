/** Whom a notifier is told of, and that it knows who looks already, on whatever of three nodes he is connected. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../world/cluster.ts';
import { Device } from '../world/device.ts';
import { httpRequest } from '../world/service.ts';
import { WebhookReceiver } from '../world/webhook-receiver.ts';

const patience = { timeoutMs: 30_000, everyMs: 50 };
const group_id = 'club';

/** In dev mode, so that the webhook may be on this machine; then tokens come from the nodes. */
async function deviceOf(userId: string, url: string): Promise<Device> {
  const { body } = await httpRequest('POST', `${url}/v1/dev/token`, { body: { user_id: userId } });
  return new Device(url, String(body['token'])).connected();
}

test('the notifier knows who is online at any node, whichever of them owns the room, and who has gone', async () => {
  await using receiver = await WebhookReceiver.start();
  await using cluster = await Cluster.start({
    PLENUM_JWT_SECRET: '',
    PLENUM_NOTIFIER_URL: receiver.url,
    PLENUM_WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  });
  await using ann = await deviceOf('ann', cluster.node(0).url);
  await using bob = await deviceOf('bob', cluster.node(1).url);
  await using cleo = await deviceOf('cleo', cluster.node(2).url);
  await ann.must('create_group', { group_id, group_type: 'public' });
  for (const device of [bob, cleo]) await device.must('join_group', { group_id });
  for (const userId of ['dave', 'sender']) {
    await httpRequest('PUT', `${cluster.url}/v1/groups/${group_id}/members/${userId}`);
  }

  const told = async (text: string, online: Readonly<Record<string, boolean>>) => {
    const body = { from_user_id: 'sender', message: text };
    await httpRequest('POST', `${cluster.url}/v1/groups/${group_id}/messages`, { body });
    await eventually(() => {
      const recipients = receiver.recipients.get(text) ?? [];
      expect(Object.fromEntries(recipients.map((one) => [one.user_id, one.online]))).toEqual(online);
    }, patience);
  };
  await told('all but dave look', { ann: true, bob: true, cleo: true, dave: false });
  for (const device of [ann, cleo]) device.socket.disconnect();
  await bob.until('presence_changed', { user_id: 'ann', online: false });
  await bob.until('presence_changed', { user_id: 'cleo', online: false });
  await told('only bob looks', { ann: false, bob: true, cleo: false, dave: false });
});
