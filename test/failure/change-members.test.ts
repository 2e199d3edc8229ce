/** A node that is killed while it adds many users: the same request at another node ends what it began. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ThreeNodes } from '../support/cluster/three-nodes.ts';
import { Device, isDense } from '../support/devices/device.ts';
import { httpRequest, tokenOf } from '../support/wire/http.ts';

const ids = Array.from({ length: 1000 }, (_, i) => `member-${String(i).padStart(3, '0')}`);

test('1,000 additions survive the death of their node: each user once, seqs dense, same answers', async () => {
  await using nodes = await ThreeNodes.start();
  const [first, second] = [nodes.node(0), nodes.node(1)];
  const owner = await new Device(second.url, await tokenOf('owner')).connected();
  await owner.must('create_group', { group_id: 'crowd', group_type: 'private' });
  const late = await new Device(second.url, await tokenOf(ids[999] ?? '')).connected();
  // Each part takes two answers of Redis, so the node is killed long before the last one.
  nodes.linkOfFirst.delay(100);
  const call = {
    body: { add: ids.map((user_id) => ({ user_id })) },
    headers: { 'idempotency-key': 'all-of-them' },
  };
  const ask = (url: string) => httpRequest('POST', `${url}/v1/groups/crowd/members:batch`, call);
  const broken = ask(first.url).catch(() => 'gone');
  await owner.until('group_event', { type: 'members_changed', seq: 3 });
  await first.end('SIGKILL');
  expect(await broken).toBe('gone');
  const { body: before } = await httpRequest('GET', `${second.url}/v1/groups/crowd`);
  expect(Number(before['seq'])).toBeLessThan(11);
  const answer = await ask(second.url);
  expect(answer).toMatchObject({ status: 200, body: { seq: 11 } });
  const added = answer.body['added'];
  expect(Array.isArray(added) && added.every(({ status }) => status === 'active')).toBe(true);
  await late.until('membership', { group_id: 'crowd', status: 'active' });
  await eventually(() => expect(owner.seqs('crowd')).toHaveLength(11));
  expect(isDense(owner.seqs('crowd'))).toBe(true);
  const named = owner
    .pushes<{ members?: { user_id: string }[] }>('group_event')
    .flatMap(({ members = [] }) => members.map(({ user_id }) => user_id));
  expect(named).toEqual(ids);
  for (const device of [owner, late]) device.socket.disconnect();
});
