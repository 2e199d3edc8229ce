/** Adapters that are down for minutes of real time, and come back. */
import { expect, test } from 'vitest';
import { adapterOutage } from '../support/adapters/adapter-outage.ts';
import { DeliveryScene } from '../support/adapters/delivery-scene.ts';
import { expectBounded } from '../support/adapters/outage-bounds.ts';
import { expectNothingBuried } from '../support/adapters/served-adapters.ts';

const minutes = Number(process.env['SOAK_MINUTES'] ?? 3);

test(`both adapters down for ${minutes} minutes: everything is delivered in order afterwards`, async () => {
  await using scene = await DeliveryScene.start(
    { notifier: 'webhook' },
    { environment: { DESK_WEIGHS: 'yes' } },
  );
  await using traffic = scene.traffic();
  const figures = await adapterOutage(scene, traffic, { forMs: minutes * 60_000, webhook: 'down' });
  const backMs = performance.now();
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  expectBounded(figures);
  await traffic.expectSound({ timeoutMs: 120_000, everyMs: 500 });
  await expectNothingBuried(scene.cluster.url);
  const soundAfterMs = Math.round(performance.now() - backMs);
  const notices = scene.sides.notices.filter(({ isTaken }) => isTaken).length;
  process.stdout.write(`${JSON.stringify({ acks: traffic.acks, notices, soundAfterMs }, null, 2)}\n`);
  expect(notices).toBeGreaterThanOrEqual(traffic.acks);
});
