/** Text in columns: numbers to the right, words to the left. */

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
