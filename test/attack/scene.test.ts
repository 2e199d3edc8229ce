/** The scene itself: it passes when nothing happens, and it notices what it is there for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { AttackedNode, attack, errorLines } from './attacked-node.ts';
import { idleSockets } from './peers/idle-sockets.ts';

describe.each(engines)('the scene on %s', (engine) => {
  let scene: AttackedNode;
  beforeAll(async () => {
    scene = await AttackedNode.start(engine);
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  test('200 WebSockets that say nothing are noticed by no healthy client', async () => {
    const { result, rssPeak } = await attack(scene, idleSockets);
    expect(result).toBe(200);
    expect(rssPeak).toBeGreaterThan(scene.baselineRss / 2);
  });

  test('a node that stops for half a second shows in the latency of the healthy clients', async () => {
    const { command } = scene.node;
    await scene.healthy.report();
    command.signal('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 500));
    command.signal('SIGCONT');
    const { faults, p99Ms } = await scene.healthy.report();
    expect(faults).toEqual([]);
    expect(p99Ms).toBeGreaterThan(250);
  });

  test('lines of level error are recognized', () => {
    expect(errorLines(['{"level":50,"msg":"x"}', '{"level":40}', 'text'])).toEqual([
      '{"level":50,"msg":"x"}',
    ]);
  });
});
