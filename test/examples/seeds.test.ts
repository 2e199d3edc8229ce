/** The examples `chatx` and `relay` play every example of the documents that they are named after, on one node and on three. */
import { eventually, type RedisServer, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandProcess } from '../command-process.ts';
import { startExample, urlOf } from './example-process.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const commands = { chatx: { node: 1, play: 2 }, relay: { node: 0, play: 1 } } as const;

/**
 * Starts nodes by their command, and then the program that plays, which has to end well.
 * @param check of its output, and of that of the nodes, which run on
 */
async function play(
  name: keyof typeof commands,
  count: number,
  check: (output: string, all: () => string) => Promise<void>,
): Promise<void> {
  const environment = { REDIS_URL: redis.serviceUrl };
  const nodes = Array.from({ length: count }, () =>
    startExample(name, { command: commands[name].node, environment }),
  );
  try {
    const urls = await Promise.all(nodes.map(urlOf));
    const places: Record<string, string> = urls.length === 0 ? {} : { NODES: urls.join(',') };
    const command = urls.length === 0 ? 0 : commands[name].play;
    await using player = startExample(name, { command, environment: { ...environment, ...places } });
    expect([await player.ended, player.output]).toEqual([0, expect.stringMatching(/done\n$/)]);
    await check(player.output, () => [player, ...nodes].map((one: CommandProcess) => one.output).join(''));
  } finally {
    for (const node of nodes) await node[Symbol.asyncDispose]();
  }
}

describe.each([1, 3])('on %i node(s)', (count) => {
  test('chatx: every step of its guide', async () => {
    // The player is a node itself.
    await play('chatx', count - 1, async (output, all) => {
      expect(output).toContain(`3 channels on ${count} node(s) got the message`);
      await eventually(() => {
        expect(all()).toMatch(/^saved user-42: Hello everyone!$/m);
        expect(all()).toMatch(/^notified user-\d: Hello from a channel$/m);
      });
    });
  });

  test('relay: every example of its document', async () => {
    await play('relay', count, async (output) => {
      expect(output).toContain(`relayed to 3, on ${count} node(s)`);
      expect(output).toContain('errors: as in the document');
    });
  });
});
