import { createServer } from 'node:http';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Timeline } from '../faults/timeline.ts';
import { NodeWatch } from './node-watch.ts';

/** Lists nodes as one of a cluster does, to the token `right` only. */
async function listing() {
  const nodes: object[] = [];
  const server = createServer((request, response) => {
    const isAllowed = request.headers.authorization === 'Bearer right' && request.url === '/v1/nodes';
    response.writeHead(isAllowed ? 200 : 401).end(JSON.stringify({ nodes }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { nodes, url, [Symbol.dispose]: close };
}

const node = (node_id: string, version: string) => ({ node_id, version, url: null, draining: false });

test('a rolling upgrade is in the timeline: who comes, drains and goes, with its version', async () => {
  using cluster = await listing();
  cluster.nodes.push(node('a', '1.0.0'), node('b', '1.0.0'));
  const timeline = new Timeline(() => {});
  const gone = 'http://127.0.0.1:1';
  const watch = await NodeWatch.start({ urls: [gone, cluster.url], token: 'right', timeline });
  cluster.nodes[0] = { ...node('a', '1.0.0'), draining: true };
  await eventually(() => expect(watch.seen[0]?.drainedAt).not.toBeNull());
  cluster.nodes[0] = node('c', '1.1.0');
  await watch.stop();
  await watch.stop();
  expect(watch.seen.map(({ node_id, version, goneAt }) => [node_id, version, goneAt === null])).toEqual([
    ['a', '1.0.0', false],
    ['b', '1.0.0', true],
    ['c', '1.1.0', true],
  ]);
  expect(timeline.moments.map(({ what }) => what)).toEqual([
    'node a, version 1.0.0, is there',
    'node b, version 1.0.0, is there',
    'node a, version 1.0.0, drains',
    'node c, version 1.1.0, has come',
    'node a, version 1.0.0, is gone',
  ]);
});

test('a token that is refused is said in one sentence', async () => {
  using cluster = await listing();
  const timeline = new Timeline(() => {});
  await expect(NodeWatch.start({ urls: [cluster.url], token: 'wrong', timeline })).rejects.toThrow(
    `${cluster.url} does not list its nodes (HTTP 401 for GET /v1/nodes): --admin-token needs the scope read, and --admin-url is the admin port if there is one`,
  );
});
