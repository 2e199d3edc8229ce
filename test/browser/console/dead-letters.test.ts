/** Deliveries that were given up, in the console: seen, selected, retried and deleted. */
import { eventually } from '@plenum/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebhookReceiver } from '../../support/adapters/webhook-receiver.ts';
import type { ServedNode } from '../../support/cluster/served-node.ts';
import { violationsOf } from './accessibility.ts';
import { ConsoleWorld } from './console-world.ts';

let receiver: WebhookReceiver;
let world: ConsoleWorld<ServedNode>;
beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  const { PLENUM_NOTIFIER_URL, PLENUM_WEBHOOK_SECRETS } = receiver.environment;
  world = await ConsoleWorld.node({
    ...{
      PLENUM_NOTIFIER_URL: PLENUM_NOTIFIER_URL ?? '',
      PLENUM_WEBHOOK_SECRETS: PLENUM_WEBHOOK_SECRETS ?? '',
    },
    ...{ PLENUM_WEBHOOK_ALLOW: '127.0.0.1', PLENUM_DELIVERY_MAX_RETRIES: '0' },
  });
});
afterEach(() => world.clear());
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** The page with a dead letter for each of the texts, in a group of that name. */
async function pageOf(groupId: string, texts: readonly string[], token?: string): Promise<Page> {
  const { place } = world;
  const body = { group_id: groupId, group_type: 'public', creator_id: 'ann' };
  await place.rest('POST', '/v1/groups', { body });
  for (const user of ['ben']) await place.rest('PUT', `/v1/groups/${groupId}/members/${user}`, { body: {} });
  for (const message of texts) {
    receiver.refused.add(message);
    await place.rest('POST', `/v1/groups/${groupId}/messages`, { body: { from_user_id: 'ann', message } });
  }
  await eventually(async () => {
    const { body: found } = await place.rest('GET', '/v1/dead-letters?limit=200');
    expect(JSON.stringify(found).split(`"group_id":"${groupId}"`).length).toBeGreaterThan(texts.length);
  });
  const page = await world.open('/dead-letters', token === undefined ? {} : { token });
  await page.getByRole('searchbox').fill(groupId);
  return page;
}

const letters = (page: Page) => page.getByRole('listitem').filter({ hasText: 'tried' });

test('a letter shows what was sent and why it was refused, and a retry delivers it', async () => {
  const page = await pageOf('one', ['first try']);
  await page.getByText('HTTP 422').waitFor();
  await page.getByRole('button', { name: 'HTTP 422' }).click();
  await page.getByText('"message": "first try"').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  receiver.refused.clear();
  await letters(page).getByRole('button', { name: 'Retry' }).click();
  await page.getByText('1 done').waitFor();
  await page.getByText(/No delivery was given up|No dead letter matches/).waitFor();
  await eventually(() => expect(receiver.notified).toContain('first try'));
});

test('selected letters are deleted after the word was typed, by the keyboard alone', async () => {
  const page = await pageOf('some', ['a', 'b', 'c']);
  const boxes = page.getByRole('checkbox', { name: /^Select \d/ });
  await boxes.nth(0).focus();
  await page.keyboard.press('Space');
  await boxes.nth(1).focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Delete 2' }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('To confirm').waitFor();
  await page.keyboard.type('yes');
  await page.keyboard.press('Enter');
  await page.getByText('The word is delete.').waitFor();
  await page.getByLabel('To confirm').fill('delete');
  await page.keyboard.press('Enter');
  await page.getByText('2 done').waitFor();
  await eventually(async () => expect(await letters(page).count()).toBe(1));
});

test('all letters that match are retried, and letters of another group stay', async () => {
  const others = await pageOf('other', ['stays']);
  await others.close();
  const texts = Array.from({ length: 12 }, (_, index) => `many ${index}`);
  const page = await pageOf('many', texts);
  receiver.refused.clear();
  await page.getByRole('button', { name: 'Retry all that match' }).click();
  await page.getByText('12 done').waitFor();
  await eventually(() =>
    expect(receiver.notified.filter((text) => text.startsWith('many'))).toHaveLength(12),
  );
  await page.getByRole('searchbox').fill('other');
  await eventually(async () => expect(await letters(page).count()).toBe(1));
});
