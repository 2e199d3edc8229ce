/**
 * Makes OpenTelemetry spans of the work that Plenum publishes on `node:diagnostics_channel`:
 *
 *   request     one per request of a socket or of REST; its parent is the client's `traceparent`
 *   ├ script    one per atomic step of the store that the request waits for
 *   └ adapter   one per call of auth or moderation
 *   fan_out     one per node and turn in which traced messages are written to devices; linked to their sends
 *   delivery    one per batch with traced messages that the archive or the notifier gets; linked to their sends
 *   └ adapter   one per call of that adapter
 *
 * It imports no package: the application gives it its `@opentelemetry/api`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import { type TracedKind, type TracedWork, tracedWork } from '@plenum/core';
import { type Api, contextIn, traceparentFrom } from './contexts.ts';
import { type Described, Describing } from './describing.ts';
import { messagingNamesOf } from './messaging-names.ts';

export interface TracingOptions {
  readonly api: Api;
  /** Of Plenum: the version of the instrumentation scope. */
  readonly version: string;
  /** The text of `OTEL_SEMCONV_STABILITY_OPT_IN`. */
  readonly semconvOptIn?: string | undefined;
}

/** Traces every node of this process. @returns a function that ends it */
export function startTracing(options: TracingOptions): () => void {
  return new Tracing(options).start();
}

/** The active context of OpenTelemetry follows, so that spans of other instrumentations have ours as parents. */
class SpanStore extends AsyncLocalStorage<Context> {
  readonly #api: Api;

  constructor(api: Api) {
    super();
    this.#api = api;
  }

  override run<R, A extends unknown[]>(store: Context, callback: (...args: A) => R, ...args: A): R {
    return super.run(store, () => this.#api.context.with(store, () => callback(...args)));
  }
}

/** @returns null: the work gets no span */
type Begin<K extends TracedKind> = (work: TracedWork[K], around: Context | null) => Begun | null;
interface Begun extends Described {
  readonly parent: Context;
}

class Tracing {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #store: SpanStore;
  readonly #describing: Describing;
  readonly #spans = new WeakMap<object, Span>();

  constructor({ api, version, semconvOptIn }: TracingOptions) {
    this.#api = api;
    this.#tracer = api.trace.getTracer('plenum', version);
    this.#store = new SpanStore(api);
    this.#describing = new Describing(api, messagingNamesOf(semconvOptIn));
  }

  start(): () => void {
    const describing = this.#describing;
    const within: (described: Described, around: Context | null) => Begun | null = (described, parent) =>
      parent === null ? null : { ...described, parent };
    const ends = [
      this.#watch('request', (work) => ({ ...describing.request(work), parent: this.#parentOf(work) })),
      this.#watch('script', (work, around) => within(describing.script(work), around)),
      this.#watch('adapter_call', (work, around) => within(describing.adapterCall(work), around)),
      this.#watch('delivery', (work) => ({ ...describing.delivery(work), parent: this.#api.ROOT_CONTEXT })),
      this.#watch('fan_out', (work) => ({ ...describing.fanOut(work), parent: this.#api.ROOT_CONTEXT })),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  #watch<K extends TracedKind>(kind: K, begin: Begin<K>): () => void {
    const { start, asyncEnd } = tracedWork[kind];
    const ended = (work: unknown) => this.#ended(kind, work);
    start.bindStore(this.#store, (work: TracedWork[K]) => this.#began(work, begin));
    asyncEnd.subscribe(ended);
    return () => {
      start.unbindStore(this.#store);
      asyncEnd.unsubscribe(ended);
    };
  }

  /** @returns the context in which the work runs */
  #began<K extends TracedKind>(work: TracedWork[K], begin: Begin<K>): Context {
    const { trace, ROOT_CONTEXT } = this.#api;
    const stored = this.#store.getStore() ?? ROOT_CONTEXT;
    // A span that has ended, or that is not sampled, does not record: what a request left behind has no part in it.
    const isRecorded = trace.getSpan(stored)?.isRecording() === true;
    const begun = begin(work, isRecorded ? stored : null);
    if (begun === null) return stored;
    const span = this.#tracer.startSpan(begun.name, begun.options, begun.parent);
    this.#spans.set(work, span);
    if ('carried' in work) work.carried = traceparentFrom(span.spanContext()) ?? work.carried;
    return trace.setSpan(begun.parent, span);
  }

  #ended(kind: TracedKind, work: unknown): void {
    if (typeof work !== 'object' || work === null) return;
    const span = this.#spans.get(work);
    if (span === undefined) return;
    const outcome: unknown = Reflect.get(work, 'outcome');
    this.#describing.end(span, { kind, outcome: String(outcome), messageId: Reflect.get(work, 'messageId') });
    span.end();
  }

  /**
   * A request of REST has the span of the HTTP request around it, if HTTP is traced. The active context of a socket is that of
   * its handshake, which is over.
   */
  #parentOf({ door, traceparent }: TracedWork['request']): Context {
    const { trace, context, ROOT_CONTEXT } = this.#api;
    const active = context.active();
    if (door === 'rest' && trace.getSpan(active) !== undefined) return active;
    return traceparent === null ? ROOT_CONTEXT : contextIn(this.#api, traceparent);
  }
}
