/** The link that opens the console in dev mode: printed at the start, taken once over all nodes, and in no log. */
import { beforeAll, expect, test } from 'vitest';
import { setup as buildPages } from '../browser/built-pages.ts';
import { CommandProcess } from '../command-process.ts';
import { httpRequest } from '../support/wire/http.ts';

beforeAll(buildPages);

const link = /Console: (http:\/\/127\.0\.0\.1:\d+)\/console#code=([\w-]{24}) /;
const begin = (url: string, code: string) =>
  httpRequest('POST', `${url}/v1/console/session`, { token: null, body: { code } });

/** Of a hundred requests at once with the code. */
async function race(url: string, code: string) {
  const answers = await Promise.all(Array.from({ length: 100 }, () => begin(url, code)));
  const won = answers.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  for (const { status } of answers) expect([200, 401, 429]).toContain(status);
  return String(won[0]?.body['token']);
}

async function expectAdmin(url: string, token: string) {
  expect((await httpRequest('GET', `${url}/v1/admin`, { token })).body).toMatchObject({
    name: 'token-console',
    scopes: ['read', 'groups', 'ops'],
  });
}

test.each([
  ['alone', {}],
  ['beside an admin token that is given', { PLENUM_ADMIN_TOKEN: 'of-this-test' }],
  ['on an admin port', { PLENUM_ADMIN_PORT: '0' }],
])('a node in dev mode prints both links, and that of the console works once: %s', async (_, environment) => {
  await using node = new CommandProcess('apps/server/bin/plenum.js', ['serve'], {
    PORT: '0',
    ...environment,
  });
  const [, playground = ''] = await node.until(/Playground: (\S+) /);
  const [, url = '', code = ''] = await node.until(link);
  expect(url === playground).toBe(!('PLENUM_ADMIN_PORT' in environment));
  expect(await (await fetch(`${url}/console`)).text()).toContain('<div id="page">');
  const token = await race(url, code);
  await expectAdmin(url, token);
  await node.until(/"?console_session/);
  expect(node.output.split(code)).toHaveLength(2);
  expect(node.output).not.toContain(token);
});

test('the code of a cluster counts once over its nodes, and its token at each of them', async () => {
  await using cluster = new CommandProcess('apps/server/dist/dev/cluster.js', [], { PORT: '0' });
  const [, balancer = '', code = ''] = await cluster.until(link);
  await cluster.until(/Ctrl-C stops everything/);
  const nodes = [...cluster.output.matchAll(/node at (\S+) \(process/g)].map(([, url = '']) => url);
  expect(nodes).toHaveLength(3);
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => begin([balancer, ...nodes][i % 4] ?? '', code)),
  );
  const won = answers.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  for (const url of nodes) await expectAdmin(url, String(won[0]?.body['token']));
});

test('workers of one node print one link', async () => {
  await using node = new CommandProcess('apps/server/bin/plenum.js', ['dev'], {
    PORT: '0',
    PLENUM_WORKERS: '2',
  });
  const [, url = '', code = ''] = await node.until(link);
  await expectAdmin(url, await race(url, code));
});

test('outside dev mode no link is printed, and the route does not exist', async () => {
  await using node = new CommandProcess('apps/server/bin/plenum.js', ['serve'], {
    ...{ PORT: '0', PLENUM_ENGINE: 'memory' },
    PLENUM_JWT_SECRET: 'a-secret-of-this-test-with-more-than-32-bytes',
    PLENUM_ADMIN_TOKEN: 'admin-token-of-this-test-with-32-bytes',
  });
  const [, url = ''] = await node.until(/"url":"([^"]+)"/);
  expect((await begin(url, 'code')).status).toBe(404);
  expect((await fetch(`${url}/console`)).status).toBe(200);
  expect(node.output).not.toContain('#code=');
});

test('PLENUM_CONSOLE=0: no page, no link, no route', async () => {
  await using node = new CommandProcess('apps/server/bin/plenum.js', ['serve'], {
    ...{ PORT: '0', PLENUM_CONSOLE: '0' },
  });
  const [, url = ''] = await node.until(/Plenum is ready at (\S+)/);
  await node.until(/--as ben/);
  expect((await fetch(`${url}/console`)).status).toBe(404);
  expect((await begin(url, 'code')).status).toBe(404);
  expect(node.output).not.toContain('Console:');
});
