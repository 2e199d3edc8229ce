/** Connections that are reset at any moment, on both ports, end nothing but themselves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CommandProcess } from '../command-process.ts';
import { engines } from '../support/cluster/service.ts';
import { jwtSecret, tokenOf } from '../support/wire/http.ts';
import { AttackedNode, attack } from './attacked-node.ts';
import { begun, resetConnections } from './peers/reset-connections.ts';

describe.each(engines)('resets on %s', (engine) => {
  let scene: AttackedNode;
  beforeAll(async () => {
    scene = await AttackedNode.start(engine, { environment: { PLENUM_ADMIN_PORT: '0' } });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  test('an upgrade on any path, a CONNECT or a half request that is reset does not end the process', async () => {
    const { result } = await attack(scene, resetConnections, { forMs: 60_000 });
    expect(result).toBe(2 * 2 * 4 * Object.keys(begun).length);
  });
});

test('on servers of the caller an upgrade that is reset does not end the process', async () => {
  await using command = new CommandProcess('test/attack/mounted-process.js', [], { JWT_SECRET: jwtSecret });
  const [line = ''] = await command.until(/^\{"urls":.*\}$/m);
  const { urls } = z.object({ urls: z.array(z.string()) }).parse(JSON.parse(line));
  expect(urls).toHaveLength(3);
  const { signal } = new AbortController();
  await Promise.all(urls.map((url) => resetConnections({ url, adminUrl: null, signal, tokenOf })));
  for (const url of urls)
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=none`)).status, command.output).toBeGreaterThan(0);
});
