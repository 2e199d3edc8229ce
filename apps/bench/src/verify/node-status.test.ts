import { expect, test } from 'vitest';
import { statusOf } from './node-status.ts';

test('a URL with a password is shown without it, also in the reason why a node does not answer', async () => {
  const status = JSON.stringify(await statusOf('http://ann:hunter2@127.0.0.1:1'));
  expect(status).not.toContain('hunter2');
  expect(status).toContain('http://ann:***@127.0.0.1:1');
});
