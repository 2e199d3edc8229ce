/** Adapters that the environment names, at a node as it is served. */
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines } from '../support/cluster/service.ts';

const group = { group_id: 'g', group_type: 'public', creator_id: 'ann' };

test('words of the environment are not sent, and the steps have the order of the environment', async () => {
  await using node = await ServedNode.start('memory', {
    PLENUM_MODERATION_WORDS: 'spam',
    PLENUM_MIDDLEWARES: 'moderation,rate_limit',
    PLENUM_RATE_BURST: '1',
    PLENUM_RATE_PER_SEC: '1',
  });
  await node.rest('POST', '/v1/groups', { body: group });
  const send = (message: string) =>
    node.rest('POST', '/v1/groups/g/messages', { body: { from_user_id: 'ann', message } });
  for (let time = 0; time < 3; time += 1) {
    expect(await send('buy spam now')).toMatchObject({ status: 403, body: { code: 'moderation_blocked' } });
  }
  expect(await send('hello')).toMatchObject({ status: 200 });
});

test.each(engines)(
  'a list of words blocks disguised words and lets ordinary ones pass, at both doors on %s',
  async (engine) => {
    await using node = await ServedNode.start(engine, {
      PLENUM_MODERATION_WORDS: 'ass,butt,boob,hell,frack',
    });
    await node.rest('POST', '/v1/groups', { body: group });
    const ann = await node.device('ann');
    const send = (message: string) =>
      ann.ask({ request_type: 'relay_msg', args: { group_id: 'g', message } });
    for (const message of ['__frack__', 'fr\u034fack', 'frасk', 'f r a c k', 'frack¹']) {
      expect(await send(message)).toMatchObject({ code: 'moderation_blocked' });
      const body = { from_user_id: 'ann', message };
      const answer = await node.rest('POST', '/v1/groups/g/messages', { body });
      expect(answer.body).toMatchObject({ code: 'moderation_blocked', details: { reason: 'blocked' } });
    }
    for (const message of ['as, but, Bob: we’ll be in class', '\ufdfa'.repeat(1365)]) {
      expect(await send(message)).toMatchObject({ success: true });
    }
  },
);

test.each([
  [{ PLENUM_AUTH_URL: 'https://auth.example/' }, /webhook/],
  [{ PLENUM_MIDDLEWARES: 'auth,spellcheck' }, /middleware "spellcheck" is unknown/],
])('%o stops the boot with a sentence and no stack', async (environment, sentence) => {
  const script = 'apps/server/bin/plenum.js';
  await using command = new CommandProcess(script, ['serve'], { PORT: '0', ...environment });
  await command.until(sentence);
  expect(await command.ended).not.toBe(0);
  expect(command.output).not.toMatch(/^\s+at /m);
});
