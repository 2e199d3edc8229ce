/** PostgreSQL dies, comes back and is away for long under real nodes; the checker judges what is in it, and what a webhook got. */
import { startPostgres } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { DeliveryScene } from '../support/adapters/delivery-scene.ts';
import { expectNothingBuried } from '../support/adapters/served-adapters.ts';

const names = (group: string, count: number) => Array.from({ length: count }, (_, i) => `${group}-${i}`);
/** An archive that was away is asked again ever more rarely. */
const patience = { timeoutMs: 60_000, everyMs: 500 };

test('each message is in PostgreSQL once, past two crashes, and at the webhook in order', async () => {
  await using postgres = await startPostgres();
  const forms = { postgresUrl: postgres.url, notifier: 'webhook' } as const;
  await using scene = await DeliveryScene.start(forms, { environment: { PLENUM_HISTORY_MAX_ENTRIES: '50' } });
  await using traffic = scene.traffic();
  const members = await traffic.group('club', names('club', 3));
  traffic.keepSending(members, 'club', { everyMs: 30 });
  await traffic.until(150);
  await postgres.crash();
  await traffic.until(100);
  process.kill((await scene.cluster.ownerOf('club')).pid, 'SIGKILL');
  await traffic.until(100);
  await postgres.restart();
  await traffic.until(100);
  await traffic.expectSound(patience);
  await expectNothingBuried(scene.cluster.url);
  expect(await scene.cluster.logLength('club')).toBeLessThan(traffic.acks);
});

test('10,000 messages sent while PostgreSQL is away are in it afterwards, however short the logs', async () => {
  await using postgres = await startPostgres();
  await using scene = await DeliveryScene.start(
    { postgresUrl: postgres.url, notifier: 'none' },
    { environment: { PLENUM_HISTORY_MAX_ENTRIES: '10', PLENUM_ROOM_QUEUE_LIMIT: '20000' } },
  );
  await using traffic = scene.traffic();
  const groups = ['red', 'blue'];
  const members = await Promise.all(groups.map((group) => traffic.group(group, names(group, 6))));
  await postgres.crash();
  for (const [i, group] of groups.entries()) traffic.keepSending(members[i] ?? [], group, { everyMs: 0 });
  for (let thousand = 0; thousand < 10; thousand += 1) await traffic.until(1000);
  expect(traffic.failures).toEqual([]);
  for (const group of groups) expect(await scene.cluster.logLength(group)).toBeLessThan(1000);
  await postgres.restart();
  await traffic.until(100);
  await traffic.expectSound(patience);
  await expectNothingBuried(scene.cluster.url);
});
