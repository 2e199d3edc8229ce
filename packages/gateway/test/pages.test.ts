/** Pages: the host names under which they are served in dev mode, and what browsers may do with them. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { startEdge } from './edge.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

function asked(
  url: string,
  { method = 'GET', host }: { method?: string; host?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: { ...(host === undefined ? {} : { host }), 'content-type': 'application/json' } },
      async (answer) => {
        const text = Buffer.concat(await answer.toArray()).toString('utf8');
        resolve({ status: answer.statusCode, headers: answer.headers, text });
      },
    );
    sent.once('error', reject);
    sent.end(method === 'POST' ? '{"user_id":"ada"}' : undefined);
  });
}

const page = '<!doctype html><style>b{color:red}</style><b>hello</b><script>1</script>';
const dev = { config: { isDev: true }, homePage: page, issueDevToken: async () => 'a token' };
const doors = [
  ['POST', '/v1/dev/token'],
  ['GET', '/'],
  ['GET', '/docs'],
  ['GET', '/openapi.json'],
  ['GET', '/metrics'],
  ['GET', '/v1/groups'],
] as const;

test.each(doors)('in dev mode %s %s is refused under a name from elsewhere', async (method, path) => {
  await using edge = await startEdge(dev);
  const answer = await asked(edge.url + path, { method, host: 'evil.example' });
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.text)).toMatchObject({
    code: 'forbidden',
    error: expect.stringContaining('localhost'),
    details: { field: 'host' },
  });
});

test.each(['localhost', '127.0.0.1:3000', 'app.localhost', '[::1]:80'])(
  'in dev mode tokens are given under the name %s',
  async (host) => {
    await using edge = await startEdge(dev);
    expect((await asked(`${edge.url}/v1/dev/token`, { method: 'POST', host })).text).toBe(
      '{"token":"a token"}',
    );
  },
);

test('in dev mode probes are answered under any name, and outside it pages too', async () => {
  await using node = await startEdge(dev);
  expect(await asked(`${node.url}/healthz`, { host: 'evil.example' })).toMatchObject({ status: 200 });
  await using other = await startEdge({ homePage: page });
  expect(await asked(`${other.url}/`, { host: 'chat.example' })).toMatchObject({ status: 200, text: page });
});

test.each(['/', '/docs'])('%s runs only its own scripts, and no page may frame it', async (path) => {
  await using edge = await startEdge({ homePage: page });
  const { headers, text } = await asked(edge.url + path);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  });
  const policy = String(headers['content-security-policy']);
  for (const rule of [
    "default-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ])
    expect(policy).toContain(rule);
  expect(policy).not.toContain('unsafe');
  for (const [, element = '', inner = ''] of text.matchAll(/<(script|style)>([\s\S]*?)<\/\1>/g)) {
    const hash = createHash('sha256').update(inner).digest('base64');
    expect(policy).toMatch(new RegExp(`${element}-src [^;]*'sha256-${hash.replace(/[+/]/g, '\\$&')}'`));
  }
  // What a policy by hashes does not allow.
  expect(text).not.toMatch(/ style=| on[a-z]+=|<script [^>]|<style [^>]/);
});

test.each(['/healthz', '/openapi.json', '/v1/groups', '/no/such/route', '/socket.io/?EIO=3'])(
  'the JSON of %s is taken for nothing else',
  async (path) => {
    await using edge = await startEdge();
    expect((await asked(edge.url + path)).headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  },
);
