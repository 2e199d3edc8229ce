/** The verdict as a page for people. */
import type { Verdict } from './verdict.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (value: unknown): string =>
  String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

const rowsOf = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n');
const table = (title: string, rows: readonly (readonly unknown[])[]): string =>
  rows.length === 0 ? '' : `<h2>${escaped(title)}</h2>\n<table>\n${rowsOf(rows)}\n</table>\n`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const shown = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : value);

/** The verdict as one page without scripts, that loads nothing. */
export const evidencePage = (verdict: Verdict): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Plenum verify: ${verdict.verdict}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
h1 { color: ${verdict.verdict === 'passed' ? '#0a6b2d' : '#a3141f'}; }
td { padding: .15rem 1rem .15rem 0; vertical-align: top; overflow-wrap: anywhere; }
code { background: #f0f0f0; padding: .1rem .3rem; }
</style>
<h1>${verdict.verdict === 'passed' ? 'Passed' : 'Failed'}</h1>
<p>Every acknowledged message is compared with what every member received. The same run again:</p>
<p><code>${escaped(verdict.command)}</code></p>
${table(
  'Why it failed',
  verdict.failures.map((failure) => [failure]),
)}
${table('Counts', Object.entries(verdict.counts))}
${table('Refused', Object.entries(verdict.refused))}
${table(
  'Violations',
  verdict.violations.map(({ harm, group_id, what }) => [harm, group_id, what]),
)}
${table(
  'Faults',
  verdict.faults.map(({ what, sinceStartMs, lastedMs, outcome }) => [
    ...[what, `from ${seconds(sinceStartMs)}`, `for ${lastedMs === null ? '?' : seconds(lastedMs)}`],
    outcome ?? 'not over at the end',
  ]),
)}
${table(
  'Nodes',
  verdict.nodes.map(({ node_id, version, url, seenAt, drainedAt, goneAt }) => [
    ...[node_id, version, url ?? '', `seen ${seenAt}`, drainedAt === null ? '' : `drains ${drainedAt}`],
    goneAt === null ? 'there at the end' : `gone ${goneAt}`,
  ]),
)}
${table(
  'Timeline',
  verdict.timeline.map(({ at, sinceStartMs, what }) => [at, seconds(sinceStartMs), what]),
)}
${table(
  'Versions',
  Object.entries(verdict.versions).map(([name, value]) => [name, shown(value)]),
)}
</html>
`;
