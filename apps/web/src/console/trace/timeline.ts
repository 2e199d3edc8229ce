/** The path of a message as rows of a timeline: where each bar begins and ends, and the sentences about it. */
import type { Trace, TraceEvent } from '@plenum/protocol';

export interface Row {
  readonly key: string;
  readonly event: TraceEvent;
  /** Parts of the width of the timeline, 0…1. */
  readonly from: number;
  readonly to: number;
}
export interface Tick {
  readonly ms: number;
  /** Part of the width, 0…1. */
  readonly at: number;
}
export interface Timeline {
  readonly rows: readonly Row[];
  readonly ticks: readonly Tick[];
}

const stages = ['gateway', 'script', 'feed', 'devices', 'archive', 'notifier'] as const;
const ticksAbout = 5;
/** Free room after the last event, as part of the span. */
const room = 0.04;

const beginOf = ({ at_ms, took_ms = 0 }: TraceEvent): number => at_ms - took_ms;

/** 1, 2 or 5 times a power of ten. */
export function stepOf(spanMs: number): number {
  const rough = spanMs / ticksAbout;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
}

/** In the order of the stages, and within a stage in the order of time. */
export function timelineOf({ events }: Pick<Trace, 'events'>): Timeline {
  const first = Math.min(0, ...events.map(beginOf));
  const last = Math.max(first + 0.1, ...events.map(({ at_ms }) => at_ms));
  const span = (last - first) * (1 + room);
  const place = (ms: number) => (ms - first) / span;
  const rows = events
    .map((event, index) => ({ key: `${index}`, event, from: place(beginOf(event)), to: place(event.at_ms) }))
    .sort(
      (one, other) =>
        stages.indexOf(one.event.stage) - stages.indexOf(other.event.stage) ||
        one.event.at_ms - other.event.at_ms,
    );
  const step = stepOf(span);
  const ticks: Tick[] = [];
  for (let at = Math.ceil(first / step); at * step <= first + span; at += 1)
    ticks.push({ ms: Number((at * step).toPrecision(12)), at: place(at * step) });
  return { rows, ticks };
}

export interface Summary {
  /** When the message was stored, ms after the request arrived; null: not seen. */
  readonly storedMs: number | null;
  /** When it was written to the last device; null: to none. */
  readonly deliveredMs: number | null;
  readonly devices: number;
  readonly nodes: number;
}

const last = (events: readonly TraceEvent[]): number | null =>
  events.length === 0 ? null : Math.max(...events.map(({ at_ms }) => at_ms));

export function summaryOf({ events }: Pick<Trace, 'events'>): Summary {
  const of = (stage: TraceEvent['stage']) => events.filter((event) => event.stage === stage);
  const written = of('devices');
  return {
    storedMs: last(of('script')),
    deliveredMs: last(written),
    devices: written.reduce((sum, { count = 0 }) => sum + count, 0),
    nodes: new Set(written.map(({ node_id }) => node_id)).size,
  };
}
