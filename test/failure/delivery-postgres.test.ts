/** PostgreSQL dies, comes back and is away for long under real nodes; the checker judges what is in it, and what a webhook got. */
import { startPostgres } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { DeliveryScene } from '../world/delivery-scene.ts';
import { expectNothingBuried } from '../world/served-adapters.ts';

const names = (group: string, count: number) => Array.from({ length: count }, (_, i) => `${group}-${i}`);
/** An archive that was away is asked again ever more rarely. */
const patience = { timeoutMs: 60_000, everyMs: 500 };

test('every accepted message is in PostgreSQL once, past its crash and that of the owner, and at the webhook in order', async () => {
  await using postgres = await startPostgres();
  const forms = { postgresUrl: postgres.url, notifier: 'webhook' } as const;
  await using scene = await DeliveryScene.start(forms, { environment: { PLENUM_HISTORY_MAX_ENTRIES: '50' } });
  await using trial = scene.trial();
  const members = await trial.group('club', names('club', 3));
  trial.talk(members, 'club', { everyMs: 30 });
  await trial.until(150);
  await postgres.crash();
  await trial.until(100);
  process.kill((await scene.cluster.ownerOf('club')).pid, 'SIGKILL');
  await trial.until(100);
  await postgres.restart();
  await trial.until(100);
  await trial.expectSound(patience);
  await expectNothingBuried(scene.cluster.url);
  expect(await scene.cluster.logLength('club')).toBeLessThan(trial.acks);
});

test('10,000 messages that come while PostgreSQL is away are in it when it is back, however little the logs have kept', async () => {
  await using postgres = await startPostgres();
  await using scene = await DeliveryScene.start(
    { postgresUrl: postgres.url, notifier: 'none' },
    { environment: { PLENUM_HISTORY_MAX_ENTRIES: '10', PLENUM_ROOM_QUEUE_LIMIT: '20000' } },
  );
  await using trial = scene.trial();
  const groups = ['red', 'blue'];
  const members = await Promise.all(groups.map((group) => trial.group(group, names(group, 6))));
  await postgres.crash();
  for (const [i, group] of groups.entries()) trial.talk(members[i] ?? [], group, { everyMs: 0 });
  for (let thousand = 0; thousand < 10; thousand += 1) await trial.until(1000);
  expect(trial.failures).toEqual([]);
  for (const group of groups) expect(await scene.cluster.logLength(group)).toBeLessThan(1000);
  await postgres.restart();
  await trial.until(100);
  await trial.expectSound(patience);
  await expectNothingBuried(scene.cluster.url);
});
