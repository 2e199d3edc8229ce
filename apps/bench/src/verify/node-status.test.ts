import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { statusOf } from './node-status.ts';

test('a URL with a password is shown without it, also in the reason why a node does not answer', async () => {
  const status = JSON.stringify(await statusOf('http://ann:hunter2@127.0.0.1:1'));
  expect(status).not.toContain('hunter2');
  expect(status).toContain('http://ann:***@127.0.0.1:1');
});

test('a server that never answers is given up', async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  expect(await statusOf(url)).toEqual({
    ...{ url, version: null },
    readyz: expect.stringContaining('timeout'),
  });
  server.closeAllConnections();
  server.close();
});
