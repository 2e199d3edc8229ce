/** deploy/kubernetes holds what the chart renders, for those without Helm: `npm run manifests` writes it. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../source-tree.ts';
import { chart, helmText, resourcesIn } from './rendered.ts';

const head = `# Made from the chart in deploy/helm/plenum by \`npm run manifests\`: change that. The Secret \`plenum\` is yours to make:
# apps/docs/operations/kubernetes.md has the commands.
`;
const values = [
  ...['secret.existingSecret=plenum', 'test.enabled=false', 'autoscaling.enabled=true'],
  // Rules and dashboard are files already.
  'metrics.serviceMonitor.enabled=true',
].flatMap((value) => ['--set', value]);

/** Of one template. Without what Helm writes for itself. */
async function manifests(templates: readonly string[], ...options: readonly string[]): Promise<string> {
  const shown = templates.flatMap((name) => ['--show-only', `templates/${name}.yaml`]);
  const where = ['--namespace', 'plenum', '--kube-version', '1.31.0'];
  const text = await helmText('template', 'plenum', chart, ...where, ...values, ...options, ...shown);
  return `${head}${text.replaceAll(/^ *(?:helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n|^# Source: .*\n/gm, '')}`;
}

const nodes = ['serviceaccount', 'deployment', 'services', 'poddisruptionbudget', 'networkpolicy'];

test.each([
  // The number of nodes is in it.
  ['plenum', nodes, ['--set', 'autoscaling.enabled=false']],
  ['autoscaling', ['autoscaling'], []],
  ['monitoring', ['monitoring'], []],
])('%s.yaml is what the chart renders: else run npm run manifests', async (name, templates, options) => {
  const text = await manifests(templates, ...options);
  expect(resourcesIn(text).length).toBeGreaterThan(0);
  await expect(text).toMatchFileSnapshot(join(root, `deploy/kubernetes/${name}.yaml`));
});
