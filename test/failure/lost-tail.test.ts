/** Redis comes back without its last changes, and so with members and applicants that had other states meanwhile. */
import { asService, eventually, startRedis } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { markState } from '../support/cluster/aof-tail.ts';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { SdkUser } from '../support/devices/sdk-user.ts';

const patience = { timeoutMs: 45_000, everyMs: 100 };

test('devices whose users left or joined in the part that Redis lost are brought to the truth', async () => {
  await using redis = await startRedis({ appendonly: true, args: ['--appendfsync', 'always'] });
  await using cluster = await Cluster.start({ REDIS_URL: asService(redis.url) });
  await using traffic = new CheckedTraffic(cluster.url);
  const [host] = await traffic.group('red', ['host'], [cluster.node(0).url]);
  if (host === undefined) throw new Error('there is no host');
  const [leaving, joining] = await Promise.all([
    traffic.follower('leaving', cluster.node(1).url),
    traffic.follower('joining', cluster.node(1).url, 'partly'),
  ]);
  using shown = await SdkUser.connect('shown', { url: cluster.node(2).url });
  await leaving.enter('red', 'join_group');
  await shown.client.join('red');
  await traffic.sendUntilAcked(host, 'red', 'kept');
  await eventually(() => expect(leaving.entriesOf('red').at(-1)).toMatchObject({ message: 'kept' }));
  await shown.untilTexts('red', ['kept']);

  const loseSince = await markState(redis);
  await leaving.device.must('leave_group', { group_id: 'red' });
  await shown.client.leave('red');
  await joining.enter('red', 'join_group');
  await traffic.sendUntilAcked(host, 'red', 'lost');
  await eventually(() => expect(joining.entriesOf('red').at(-1)).toMatchObject({ message: 'lost' }));
  await loseSince();

  await traffic.sendUntilAcked(host, 'red', 'later');
  await eventually(() => {
    expect(leaving.resyncsOf('red')).toBe(1);
    expect(joining.reasonsOf('red')).toEqual(['not_a_member']);
    expect(shown.resyncs).toMatchObject([{ revoked: { from: 5, to: 6 } }]);
  }, patience);
  await traffic.sendUntilAcked(host, 'red', 'last');
  await eventually(() => expect(leaving.entriesOf('red').at(-1)).toMatchObject({ message: 'last' }));
  await shown.untilTexts('red', ['kept', 'later', 'last']);
  await traffic.expectNoSilentLoss();
});
