import type { Context, SpanContext } from '@opentelemetry/api';

/** What of `@opentelemetry/api` is used. */
export type Api = Pick<
  typeof import('@opentelemetry/api'),
  'context' | 'trace' | 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode'
>;

/** @param traceparent version 00, valid */
export function spanContextOf(traceparent: string): SpanContext {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

export const contextIn = ({ trace, ROOT_CONTEXT }: Api, traceparent: string): Context =>
  trace.setSpanContext(ROOT_CONTEXT, spanContextOf(traceparent));

/** @returns null for a span that is not sampled: what follows it need not know of it */
export const traceparentFrom = ({ traceId, spanId, traceFlags }: SpanContext): string | null =>
  (traceFlags & 1) === 1 ? `00-${traceId}-${spanId}-01` : null;
