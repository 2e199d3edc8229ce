/** The trace context of W3C, as requests and messages carry it. */
import { z } from 'zod';
import { limits } from './limits.ts';

/**
 * `traceparent` of a request: text of at most {@link limits.traceparentMaxLength} characters. One that is no trace context by
 * W3C is ignored, as W3C wants.
 */
export const requestTraceparentSchema = z
  .string()
  .max(limits.traceparentMaxLength)
  .describe('The W3C trace context of the caller; one that is not valid is ignored');

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const none = /^0+$/;

/**
 * Reads a `traceparent` of any version of W3C's format.
 * @returns the same in version 00, 55 characters; null if it is not valid
 */
export function traceparentOf(given: unknown): string | null {
  if (typeof given !== 'string' || given.length > limits.traceparentMaxLength) return null;
  const [, version, traceId = '', spanId = '', flags = '', rest] = form.exec(given) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (none.test(traceId) || none.test(spanId)) return null;
  // Of the flags version 00 knows the lowest bit alone.
  return `00-${traceId}-${spanId}-0${Number.parseInt(flags, 16) & 1}`;
}
