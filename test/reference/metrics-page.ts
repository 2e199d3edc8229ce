/** The page about metrics, from the table of the gateway. */
import { metricTable } from '../../packages/gateway/src/metrics/metric-table.ts';
import { cell } from './fields.ts';
import { page } from './page.ts';

export function metricsPage(): string {
  const rows = metricTable.map(
    ({ name, type, unit, labels, help, alertWhen }) =>
      `| \`${name}\` | ${type} | ${unit} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${cell(help)} | ${cell(alertWhen ?? '')} |`,
  );
  return page('Metrics', 'What does `GET /metrics` answer, and when should an operator look?', [
    'Beside these are the figures of the process that prom-client gives (`process_*`, `nodejs_*`). All are of one node; sum counters over nodes.',
    'With `PLENUM_ADMIN_PORT` the page is on that listener, without a token; else it needs the admin token. With `PLENUM_WORKERS` the page has',
    'the sums over all workers of the machine; it has the worst one of `plenum_adapter_breaker_open`, and of the lag of event loops. A',
    'dashboard and alert rules: [deploy/grafana](../operations/watching.md), [deploy/alerts/plenum.yml](../../../deploy/alerts/plenum.yml).',
    '',
    '| metric | type | unit | labels | meaning | alert when |',
    '|---|---|---|---|---|---|',
    ...rows,
  ]);
}
