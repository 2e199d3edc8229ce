/** Formats numbers for the cells of a table, and prints a table in columns for a terminal or as Markdown. */
import type { Spread } from '../measure/statistics.ts';

export interface Table {
  readonly title: string;
  readonly head: Line;
  readonly lines: readonly Line[];
  /** The first columns, which hold words. */
  readonly words: number;
}

export const unknown = '–';

/** With commas between thousands. */
export const grouped = (value: number, digits = 0) =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits });

/** `4.21 (3.90–4.40)`: median, and the least and the greatest round. */
export const ranged = (spread: Spread | null, digits: number) =>
  spread === null
    ? unknown
    : `${spread.median.toFixed(digits)} (${spread.min.toFixed(digits)}–${spread.max.toFixed(digits)})`;

export const verdictOf = (isReached: boolean) => (isReached ? 'met' : 'missed');

export type Line = readonly string[];

/** @param head names of the columns; the first `words` columns hold words. */
export function columns(head: Line, lines: readonly Line[], words: number): string[] {
  const widths = head.map((name, i) => Math.max(name.length, ...lines.map((line) => (line[i] ?? '').length)));
  const shown = (line: Line) =>
    line
      .map((cell, i) => (i < words ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [shown(head), widths.map((width) => '-'.repeat(width)).join('  '), ...lines.map(shown)];
}

/** The same as a table of Markdown. */
export function markdown(head: Line, lines: readonly Line[], words: number): string[] {
  const row = (line: Line) => `| ${line.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, i) => (i < words ? '---' : '--:'));
  return [row(head), row(rule), ...lines.map(row)];
}
