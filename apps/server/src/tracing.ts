/** OpenTelemetry spans of this process. `@opentelemetry/api` is loaded only where they are wanted. */
import { startTracing as startSpans } from '@plenum/otel';
import { version } from './config/version.ts';
import { environment } from './config.ts';

export interface TracingOptions {
  /**
   * As `OTEL_SEMCONV_STABILITY_OPT_IN`, which is the default: `messaging` names the spans of messages by the messaging
   * conventions, `messaging/dup` gives them both names.
   */
  readonly semconvOptIn?: string;
}

/**
 * Makes spans of every node and library of this process, with the tracer provider that the application has registered.
 * @returns a function that ends it
 * @throws Error with one sentence if the package `@opentelemetry/api` is not installed
 */
export async function startTracing({ semconvOptIn }: TracingOptions = {}): Promise<() => Promise<void>> {
  const api = await import('@opentelemetry/api').catch((cause: unknown) => {
    throw new Error('Tracing needs the package @opentelemetry/api: install it beside plenum', { cause });
  });
  const end = startSpans({
    api,
    version,
    semconvOptIn: semconvOptIn ?? environment['OTEL_SEMCONV_STABILITY_OPT_IN'],
  });
  return async () => end();
}
