/** Figures as an operator reads them: few digits, one unit. */

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `0.4`, `12`, `1,234`, `12.3 k`, `1.2 M`. */
export function countText(value: number): string {
  if (value >= 999_500) return `${(value / 1_000_000).toFixed(1)} M`;
  if (value >= 9_995) return `${(value / 1000).toFixed(1)} k`;
  return value > 0 && value < 9.95 && !Number.isInteger(value) ? value.toFixed(1) : numbers.format(value);
}

/** `0.4 ms`, `12 ms`, `1.2 s`. @param value ms; null: not measured */
export function msText(value: number | null): string {
  if (value === null) return '–';
  if (value > 0 && value < 0.05) return '< 0.1 ms';
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** `0 B`, `12 kB`, `84 MB`, `1.2 GB`: units of 1,000. @param value bytes */
export function bytesText(value: number): string {
  if (value >= 999_500_000) return `${(value / 1e9).toFixed(1)} GB`;
  if (value >= 999_500) return `${(value / 1e6).toFixed(0)} MB`;
  return value >= 1000 ? `${(value / 1000).toFixed(0)} kB` : `${value.toFixed(0)} B`;
}

/** `12 s`, `3 min`, `2 h`, `5 d`. @param value ms */
export function durationText(value: number): string {
  const seconds = value / 1000;
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(0)} min`;
  return seconds < 172_800 ? `${(seconds / 3600).toFixed(0)} h` : `${(seconds / 86_400).toFixed(0)} d`;
}
