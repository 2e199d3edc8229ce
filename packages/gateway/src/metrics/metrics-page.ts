/**
 * Generates the page for operators: every metric with its unit and when an operator should look. A test compares the
 * file with it.
 */
import { metricTable } from './metric-table.ts';

const cell = (text: string) => text.replaceAll('|', '\\|');

export function metricsPage(): string {
  const rows = metricTable.map(
    ({ name, type, unit, labels, help, alertWhen }) =>
      `| \`${name}\` | ${type} | ${unit} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${cell(help)} | ${cell(alertWhen ?? '')} |`,
  );
  return [
    '# Metrics',
    '',
    'What `GET /metrics` answers, beside the figures of the process that prom-client gives (`process_*`, `nodejs_*`).',
    'All are of one node; sum counters over nodes. With `PLENUM_ADMIN_PORT` the page is on that listener, without a token;',
    'else it needs the admin token. With `PLENUM_WORKERS` the page has the sums over all workers of the machine; it has the',
    'worst one of `plenum_adapter_breaker_open`, and of the lag of event loops.',
    '',
    '| metric | type | unit | labels | meaning | alert when |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
