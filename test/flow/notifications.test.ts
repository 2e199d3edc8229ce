/** Which recipients a notifier gets, with those who are online, on any of three nodes. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { WebhookReceiver } from '../support/adapters/webhook-receiver.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { Device } from '../support/devices/device.ts';
import { devTokenOf, httpRequest } from '../support/wire/http.ts';

const patience = { timeoutMs: 30_000, everyMs: 50 };
const group_id = 'club';

async function deviceOf(userId: string, cluster: Cluster, node: number): Promise<Device> {
  return new Device(cluster.node(node).url, await devTokenOf(cluster.url, userId)).connected();
}

test('the notifier knows who is online at any node and who is gone, whichever node owns the room', async () => {
  await using receiver = await WebhookReceiver.start();
  await using cluster = await Cluster.start(receiver.environment);
  await using ann = await deviceOf('ann', cluster, 0);
  await using bob = await deviceOf('bob', cluster, 1);
  await using cleo = await deviceOf('cleo', cluster, 2);
  await ann.must('create_group', { group_id, group_type: 'public' });
  for (const device of [bob, cleo]) await device.must('join_group', { group_id });
  for (const userId of ['dave', 'sender']) {
    await httpRequest('PUT', `${cluster.url}/v1/groups/${group_id}/members/${userId}`);
  }

  const expectNotified = async (text: string, online: Readonly<Record<string, boolean>>) => {
    const body = { from_user_id: 'sender', message: text };
    await httpRequest('POST', `${cluster.url}/v1/groups/${group_id}/messages`, { body });
    await eventually(() => {
      const recipients = receiver.recipients.get(text) ?? [];
      expect(Object.fromEntries(recipients.map((one) => [one.user_id, one.online]))).toEqual(online);
    }, patience);
  };
  await expectNotified('all but dave look', { ann: true, bob: true, cleo: true, dave: false });
  for (const device of [ann, cleo]) device.socket.disconnect();
  await bob.until('presence_changed', { user_id: 'ann', online: false });
  await bob.until('presence_changed', { user_id: 'cleo', online: false });
  await expectNotified('only bob looks', { ann: false, bob: true, cleo: false, dave: false });
});
