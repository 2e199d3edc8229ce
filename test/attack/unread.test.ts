/** Peers that take nothing of what they are sent cost the node no memory, and its other clients no time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { AttackedNode, attack } from './attacked-node.ts';
import { endlessFragments } from './peers/endless-fragments.ts';
import { unreadAnswers } from './peers/unread-answers.ts';
import { unreadPages } from './peers/unread-pages.ts';
import { unreadPings } from './peers/unread-pings.ts';

/** Beside what the node had before. Twice the budget, and what the work itself leaves to be collected. */
const growthMax = 320 * 1024 * 1024;

describe.each(engines)('unread on %s', (engine) => {
  let scene: AttackedNode;
  beforeAll(async () => {
    scene = await AttackedNode.start(engine, { environment: { PLENUM_ADMIN_PORT: '0' } });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  test('pings without end whose pongs are never read fill no memory, with a token and without', async () => {
    const { result, rssPeak } = await attack(scene, unreadPings, { forMs: 15_000 });
    expect(result).toBeGreaterThan(10_000_000);
    expect(rssPeak - scene.baselineRss).toBeLessThan(growthMax);
  });

  test('texts in one-byte fragments that never end are refused early', async () => {
    const { result, rssPeak } = await attack(scene, endlessFragments, { forMs: 30_000 });
    expect(result).toBe(50);
    expect(rssPeak - scene.baselineRss).toBeLessThan(growthMax);
  });

  test('thousands of requests in one piece, whose answers are never read, are served one at a time', async () => {
    const { result, rssPeak } = await attack(scene, unreadAnswers, { forMs: 60_000 });
    expect(result).toBe(3 * (60 * 1500 + 1000 * 100));
    expect(rssPeak - scene.baselineRss).toBeLessThan(growthMax);
  });

  test('pages of history that are never read are few at a time, over HTTP and by 800 sockets', async () => {
    const { result, rssPeak } = await attack(scene, unreadPages, { forMs: 60_000 });
    expect(result).toBe(40 * 10 + 800);
    expect(rssPeak - scene.baselineRss).toBeLessThan(growthMax);
  });
});
