/** For `node --import`: registers the SDK of OpenTelemetry, which writes each ended span as a line of the file `SPANS_FILE`. */
import { appendFileSync } from 'node:fs';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

const file = process.env['SPANS_FILE'] ?? '';
const exporter = {
  /** @type {import('@opentelemetry/sdk-trace-node').SpanExporter['export']} */
  export(spans, done) {
    for (const { name, attributes, parentSpanContext } of spans)
      appendFileSync(file, `${JSON.stringify({ name, attributes, parent: parentSpanContext?.spanId })}\n`);
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
