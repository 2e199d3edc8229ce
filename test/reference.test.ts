/** The generated pages of the documents are current: `npm run docs:reference` writes them. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chartSchema } from './reference/chart-schema.ts';
import { commandPage } from './reference/command-page.ts';
import { metricsPage } from './reference/metrics-page.ts';
import { errorsPage, protocolPages } from './reference/protocol-pages.ts';
import { sdkPage } from './reference/sdk-page.ts';
import { settingsPage } from './reference/settings-page.ts';
import { root } from './source-tree.ts';

const { requests, pushes, shapes, rest } = protocolPages();

test.each([
  ['requests', requests],
  ['pushes', pushes],
  ['shapes', shapes],
  ['rest', rest],
  ['errors', errorsPage()],
  ['settings', settingsPage()],
  ['metrics', metricsPage()],
  ['sdk', sdkPage()],
])('the page about %s is what the code says: else run npm run docs:reference', async (name, text) => {
  await expect(text).toMatchFileSnapshot(join(root, `apps/docs/reference/${name}.md`));
});

test('the page about commands is what they print: else run npm run docs:reference', async () => {
  await expect(await commandPage()).toMatchFileSnapshot(join(root, 'apps/docs/reference/cli.md'));
});

test('the chart takes the settings that there are: else run npm run docs:reference', async () => {
  const file = join(root, 'deploy/helm/plenum/values.schema.json');
  await expect(chartSchema(file)).toMatchFileSnapshot(file);
});
