/** Peers that do harm to servers of the caller on which the service is mounted: the process lives, and its memory is bounded. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CommandProcess } from '../command-process.ts';
import { jwtSecret, tokenOf } from '../support/wire/http.ts';
import { rssOf } from './attacked-node.ts';
import type { Peer } from './peer.ts';
import { endlessFragments } from './peers/endless-fragments.ts';
import { refusedConnects } from './peers/refused-connects.ts';
import { unreadAnswers } from './peers/unread-answers.ts';
import { unreadPings } from './peers/unread-pings.ts';

const forMs = 8000;
const growthMax = 320 * 1024 * 1024;
/** Until its documents are made and its code is compiled. */
const warmUpRequests = 200;

describe('mounted servers', () => {
  let command: CommandProcess;
  let urls: string[];
  beforeAll(async () => {
    command = new CommandProcess('test/attack/mounted-process.js', [], { JWT_SECRET: jwtSecret });
    const [line = ''] = await command.until(/^\{"urls":.*\}$/m);
    ({ urls } = z.object({ urls: z.array(z.string()) }).parse(JSON.parse(line)));
    for (let n = 0; n < warmUpRequests; n += 1) await (await fetch(`${urls[0]}/openapi.json`)).text();
  });
  afterAll(() => command[Symbol.asyncDispose]());

  /** @returns what the peer did, and by how many bytes the process has grown at most. */
  async function attack(url: string, peer: Peer<number>) {
    const baseline = rssOf(command.pid);
    let peak = baseline;
    const sampling = setInterval(() => {
      peak = Math.max(peak, rssOf(command.pid));
    }, 50);
    const result = await peer({ url, adminUrl: null, signal: AbortSignal.timeout(forMs), tokenOf });
    clearInterval(sampling);
    expect((await fetch(`${urls[0]}/healthz`)).status, command.output).toBe(200);
    return { result, growth: peak - baseline };
  }

  test.each([
    ['requests whose answers are never read, on its Fastify', 0, unreadAnswers, 10_000],
    ['pings whose pongs are never read, on its Socket.IO', 0, unreadPings, 10_000_000],
    ['pings whose pongs are never read, on its Socket.IO on another port', 2, unreadPings, 10_000_000],
    ['fragments that never end, on its Socket.IO', 0, endlessFragments, 49],
    ['CONNECTs without a token, whose refusals are never read', 0, refusedConnects, 5],
  ] as const)('%s, fill no memory', async (_, at, peer, atLeast) => {
    const { result, growth } = await attack(urls[at] ?? '', peer);
    expect(result).toBeGreaterThan(atLeast);
    expect(growth).toBeLessThan(growthMax);
  });
});
