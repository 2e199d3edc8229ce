export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @returns null if there is no value. Nothing is discarded. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? min, sorted[Math.floor(middle)] ?? max];
  return { median: (low + high) / 2, min, max };
}

/** Ignores values that could not be measured. */
export const spreadOfKnown = (values: readonly (number | null)[]): Spread | null =>
  spreadOf(values.filter((value) => value !== null));

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Least squares. @returns null below two points. */
export function slopeOf(points: readonly Point[]): number | null {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (points.length < 2 || spread === 0) return null;
  return points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}
