/** Webhooks of a team that are at home on private addresses, at a node that is not in dev mode. */
import { createServer } from 'node:http';
import { createAllowList } from '@plenum/adapters';
import { freePort } from '@plenum/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines } from '../support/cluster/service.ts';
import { adminToken, jwtSecret } from '../support/wire/http.ts';

const PLENUM_WEBHOOK_SECRETS = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Denies what it is asked about. @returns its port */
async function startDenyingHook(): Promise<number> {
  const port = await freePort();
  const server = createServer((request, response) => {
    request.resume();
    response.end(JSON.stringify({ allowed: false, reason: 'by the hook within' }));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return port;
}

test.each(engines.flatMap((engine) => ['localhost', '127.0.0.0/8'].map((entry) => ({ engine, entry }))))(
  'on $engine a webhook on a private address is asked where PLENUM_WEBHOOK_ALLOW is $entry',
  async ({ engine, entry }) => {
    const port = await startDenyingHook();
    await using node = await ServedNode.start(engine, {
      PLENUM_WEBHOOK_SECRETS,
      PLENUM_MODERATION_URL: `http://localhost:${port}/`,
      PLENUM_WEBHOOK_ALLOW: `moderation.internal, ${entry}`,
    });
    await node.rest('POST', '/v1/groups', {
      body: { group_id: 'g', group_type: 'public', creator_id: 'ann' },
    });
    const sent = await node.rest('POST', '/v1/groups/g/messages', {
      body: { from_user_id: 'ann', message: 'hello' },
    });
    expect(sent).toMatchObject({
      status: 403,
      body: { code: 'moderation_blocked', details: { reason: 'by the hook within' } },
    });
  },
);

test.each([
  [{}, 'the webhook at moderation.internal must be https:// (plain http:// only where PLENUM_WEBHOOK_ALLOW'],
  [{ PLENUM_WEBHOOK_ALLOW: 'other.internal' }, 'the webhook at moderation.internal must be https://'],
  [
    { PLENUM_WEBHOOK_ALLOW: '10.0.0.0/8, http://moderation.internal' },
    '"http://moderation.internal" is none of them',
  ],
  [{ PLENUM_WEBHOOK_ALLOW: 'moderation.internal:80' }, '"moderation.internal:80" is none of them'],
  [{ PLENUM_WEBHOOK_ALLOW: '10.0.0.0/40' }, '"10.0.0.0/40" is none of them'],
])('with %j an internal webhook over plain http stops the start', async (allow, sentence) => {
  await using command = new CommandProcess('apps/server/bin/plenum.js', ['serve'], {
    ...{ PORT: '0', PLENUM_JWT_SECRET: jwtSecret, PLENUM_ADMIN_TOKEN: adminToken, PLENUM_WEBHOOK_SECRETS },
    PLENUM_MODERATION_URL: 'http://moderation.internal/',
    ...allow,
  });
  expect(await command.ended).toBe(1);
  expect(command.output).toContain(sentence);
});

test('an entry that is none is named by the library of adapters too', () => {
  expect(() => createAllowList(['10.0.0.0/8', '*.internal'])).toThrow('*.internal is no host name');
});
