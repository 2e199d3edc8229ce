/** What a webhook refuses for good, and what an operator does with it. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { DeliveryScene } from '../support/adapters/delivery-scene.ts';
import { httpRequest } from '../support/wire/http.ts';

const patience = { timeoutMs: 60_000, everyMs: 50 };

test('an operator sends one dead letter of a refused message again, and deletes another', async () => {
  await using scene = await DeliveryScene.start({ notifier: 'webhook' });
  const { receiver } = scene.sides;
  await using traffic = scene.traffic();
  const [ann] = await traffic.group('club', ['ann', 'bob']);
  if (ann === undefined) throw new Error('a group has members');
  for (const text of ['bad', 'worse']) receiver.refused.add(text);
  for (const text of ['bad', 'good', 'worse']) await traffic.sendUntilAcked(ann, 'club', text);
  // Both are dead: until then the verdict is that they were not delivered.
  await traffic.expectSound();
  const lettersUrl = `${scene.cluster.url}/v1/dead-letters`;
  const { body } = await httpRequest('GET', lettersUrl);
  const refusal = { reason: 'HTTP 422', attempts: 6, kind: 'notifier' };
  expect(body).toMatchObject({ dead_letters: [refusal, refusal] });
  const letters: { dead_letter_id: string }[] = JSON.parse(JSON.stringify(body['dead_letters']));
  const [again, gone] = letters.map(({ dead_letter_id }) => dead_letter_id);
  receiver.refused.clear();
  const retried = await httpRequest('POST', `${lettersUrl}/${again}/retry`);
  expect(retried).toMatchObject({ status: 200, body: { status: 'retried' } });
  expect(await httpRequest('DELETE', `${lettersUrl}/${gone}`)).toMatchObject({ status: 200 });
  expect(await httpRequest('DELETE', `${lettersUrl}/${gone}`)).toMatchObject({
    status: 404,
    body: { code: 'dead_letter_not_found' },
  });
  await eventually(() => expect(receiver.notified).toHaveLength(2), patience);
  const user = await httpRequest('GET', lettersUrl, { token: null });
  expect(user.status).toBe(401);
});
