/**
 * Work that takes time, for tracers: one tracing channel of `node:diagnostics_channel` for each kind, `plenum:<kind>`. `start`
 * runs the work, so that a tracer can bind its store to it; `asyncEnd` comes when it has ended, with `outcome`. Payloads
 * never hold message bodies, tokens or secrets. Work that is not traced costs one check of a flag.
 */
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { AdapterName } from './events.ts';
import type { TracedEntry } from './traced-entries.ts';

interface Work {
  /** Set before `asyncEnd`: `ok`, or what ended it: an error code, the name of a failure. */
  outcome?: string;
}

export interface TracedWork {
  /** A request of a socket or of REST, from its arrival to its answer. */
  readonly request: Work & {
    readonly requestType: string;
    readonly requestId: string;
    readonly door: 'socket' | 'rest';
    /** As the client wrote it; null: it named none. */
    readonly groupId: string | null;
    /** The client's valid trace context, version 00; null: none. */
    readonly traceparent: string | null;
    /** The trace context that a message carries, version 00. At first the client's; a tracer puts its own there. */
    carried: string | null;
    /** Of a message that was stored. */
    messageId?: string;
  };
  /** One atomic step of the store: a script of Redis by the name of its file, or a step of the memory engine. */
  readonly script: Work & { readonly name: string; readonly system: 'redis' | 'memory' };
  /** One call of an adapter. */
  readonly adapter_call: Work & { readonly adapter: AdapterName };
  /** Messages with a trace context are written to devices of this node. */
  readonly fan_out: Work & {
    readonly groupId: string;
    readonly devices: number;
    readonly traced: readonly TracedEntry[];
  };
  /** Traced messages were given to the archive or to the notifier. Their trace contexts are those of their sends. */
  readonly delivery: Work & {
    readonly kind: AdapterName;
    readonly entries: number;
    /** Only those with a trace context. */
    readonly traced: readonly TracedEntry[];
  };
}

export type TracedKind = keyof TracedWork;
type Channels = { readonly [K in TracedKind]: TracingChannel<unknown, TracedWork[K]> };

const channelOf = <K extends TracedKind>(kind: K) => tracingChannel<unknown, TracedWork[K]>(`plenum:${kind}`);

/** A tracer subscribes to `start` of the kinds that it traces. */
export const tracedWork: Channels = {
  request: channelOf('request'),
  script: channelOf('script'),
  adapter_call: channelOf('adapter_call'),
  fan_out: channelOf('fan_out'),
  delivery: channelOf('delivery'),
};

export const isTraced = (kind: TracedKind): boolean => tracedWork[kind].start.hasSubscribers;

/**
 * Runs work, and publishes its start and its end if it is traced. Callers on hot paths ask `isTraced` before they build `about`.
 * @param outcomeOf of what the work resolved with. Default: `ok`
 */
export function trace<K extends TracedKind, T>(
  kind: K,
  about: TracedWork[K],
  run: () => Promise<T>,
  outcomeOf: (result: T) => string = () => 'ok',
): Promise<T> {
  const { start, asyncEnd }: TracingChannel<unknown, TracedWork[K]> = tracedWork[kind];
  const ended = (outcome: string) => {
    about.outcome = outcome;
    asyncEnd.publish(about);
  };
  return start.runStores(about, run).then(
    (result) => {
      ended(outcomeOf(result));
      return result;
    },
    (error: unknown) => {
      ended(error instanceof Error ? error.name : 'error');
      throw error;
    },
  );
}
