/** What every state of a page has to be: without an obstacle for readers of screens, and no wider than the screen. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { env } from 'node:process';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const axe = readFileSync(axePath, 'utf8');
/** With a folder here, a picture of each state is put into it, to be looked at. */
const { STATES: folder } = env;

/** What the checker of accessibility finds in the page as it is now. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  // Behind a dialog the rest of the page is hidden, also its heading.
  const hasDialog = (await page.getByRole('dialog').count()) > 0;
  const rules = ['landmark-one-main', 'page-has-heading-one'].map((id) => [id, { enabled: !hasDialog }]);
  const options = JSON.stringify({ rules: Object.fromEntries(rules) });
  const results = await page.evaluate<AxeResults>(`axe.run(document, ${options})`);
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** What is cut off or pushed out sideways. */
export const overflowOf = (page: Page): Promise<string[]> =>
  page.evaluate<
    string[]
  >(`[...document.querySelectorAll('html, .page, .top, .device, .device-head, .conversation-head, .messages, .members, .message-text, .log-rows, .modal, .notice')]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1).map(({ className, tagName }) => className || tagName)`);

/** @throws AssertionError if the page has an obstacle or is wider than the screen */
export async function lookAt(page: Page, name: string): Promise<void> {
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name.replaceAll(' ', '-')}.png` });
  }
  expect([await violationsOf(page), await overflowOf(page)], name).toEqual([[], []]);
}
