/** Connections that are refused, or have left: they are ended, and cost the node neither memory nor places. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { AttackedNode, attack } from './attacked-node.ts';
import { leftNamespace } from './peers/left-namespace.ts';
import { refusedConnects } from './peers/refused-connects.ts';

const growthMax = 200 * 1024 * 1024;

describe.each(engines)('connects on %s', (engine) => {
  let scene: AttackedNode;
  beforeAll(async () => {
    // Fewer than the connections that leave in one round.
    scene = await AttackedNode.start(engine, { environment: { PLENUM_MAX_CONNECTIONS_PER_USER: '150' } });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  test('repeated CONNECTs without a token, answers unread, end the connection at the first refusal', async () => {
    const { result, rssPeak } = await attack(scene, refusedConnects);
    expect(result).toBeGreaterThan(20);
    expect(rssPeak - scene.baselineRss).toBeLessThan(growthMax);
  });

  test('connections that leave the namespace and stay are closed, and give their places back', async () => {
    const { result, rssPeak } = await attack(scene, leftNamespace, { forMs: 15_000 });
    expect(result).toEqual({ left: 200, closed: 200 });
    expect(rssPeak - scene.baselineRss).toBeLessThan(growthMax);
    // With the places of those 200 it would be refused.
    const device = await scene.node.device('leaver');
    expect(device.socket.connected).toBe(true);
  });
});
