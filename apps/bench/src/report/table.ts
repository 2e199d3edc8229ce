import type { Spread } from '../measure/statistics.ts';
import type { Line } from './columns.ts';

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

export const verdictOf = (isReached: boolean) => (isReached ? 'reached' : 'not yet');
