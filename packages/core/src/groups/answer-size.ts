/** Answers are bounded in bytes as well as in rows: 200 messages of 4 KiB are 4.7 MB of JSON when each character is escaped. */
import { limits } from '@plenum/protocol';

/**
 * How many of the rows one answer holds, in their order: at least one, so that paging always advances, and no more than
 * `limits.answerMaxBytes` of JSON text.
 */
function rowsPerAnswer<T>(rows: readonly T[], bytesOf: (row: T) => number): number {
  let bytes = 0;
  for (const [at, row] of rows.entries()) {
    bytes += bytesOf(row);
    if (at > 0 && bytes > limits.answerMaxBytes) return at;
  }
  return rows.length;
}

/** The first rows, as many as one answer holds. */
export function firstPerAnswer<T>(rows: readonly T[], bytesOf: (row: T) => number): readonly T[] {
  const count = rowsPerAnswer(rows, bytesOf);
  return count === rows.length ? rows : rows.slice(0, count);
}

/** The last rows, likewise, in the same order. */
export function lastPerAnswer<T>(rows: readonly T[], bytesOf: (row: T) => number): readonly T[] {
  const count = rowsPerAnswer(rows.toReversed(), bytesOf);
  return count === rows.length ? rows : rows.slice(-count);
}
