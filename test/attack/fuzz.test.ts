/**
 * Nonsense of every kind at a node process, beside healthy clients. `FUZZ_SEED` repeats a run, `FUZZ_PACKETS` and `FUZZ_REQUESTS`
 * say how much is sent to each engine.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { AttackedNode, attack } from './attacked-node.ts';
import { fuzzPackets } from './peers/fuzz-packets.ts';
import { fuzzRequests } from './peers/fuzz-requests.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const packets = Number(process.env['FUZZ_PACKETS'] ?? 100_000);
const requests = Number(process.env['FUZZ_REQUESTS'] ?? 25_000);
const forMs = 120_000;

describe.each(engines)(`a fuzz of FUZZ_SEED=${seed} on %s`, (engine) => {
  let scene: AttackedNode;
  beforeAll(async () => {
    scene = await AttackedNode.start(engine);
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  test('packets that are mutations of valid ones harm nothing, and none is answered by a bug', async () => {
    const { result } = await attack(scene, fuzzPackets({ seed, count: packets }), { forMs, isTimed: false });
    expect(result).toMatchObject({ internal: 0 });
    expect(result.sent).toBeGreaterThanOrEqual(packets);
  });

  test('HTTP requests that are mutations of valid ones harm nothing, and none is answered by a bug', async () => {
    const { result } = await attack(scene, fuzzRequests({ seed, count: requests }), {
      forMs,
      isTimed: false,
    });
    expect(result).toMatchObject({ internal: 0 });
    expect(result.sent).toBeGreaterThanOrEqual(requests);
  });
});
