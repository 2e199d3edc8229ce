/**
 * Measures of the last seconds that cost nothing while they are not read: request times, lag of the event loop, CPU. They are
 * measured from the first reading on, until none has come for a minute.
 */
import {
  createHistogram,
  type IntervalHistogram,
  monitorEventLoopDelay,
  type RecordableHistogram,
} from 'node:perf_hooks';
import { type Clock, watchTelemetry } from '@plenum/core';
import type { NodeReading } from '@plenum/protocol';

/** Two windows overlap, so the one that is read always covers 5 to 10 s. */
const halfWindowMs = 5000;
const windowMs = 2 * halfWindowMs;
const forgetAfterMs = 60_000;
/** Pause between two looks at the event loop, ms; a look that comes late shows the lag. */
const lookEveryMs = 20;

type Percentiles = NodeReading['request_ms'];
export type Recent = Pick<NodeReading, 'window_ms' | 'request_ms' | 'loop_lag_ms' | 'cpu_percent'>;

interface Window {
  readonly startedAtMs: number;
  readonly cpu: NodeJS.CpuUsage;
  /** Request times, us. */
  readonly requests: RecordableHistogram;
  /** From one look at the event loop to the next, ns. */
  readonly looks: IntervalHistogram;
}

const unknown: Percentiles = { p50: null, p95: null, p99: null, max: null };
const nothing: Recent = { window_ms: 0, request_ms: unknown, loop_lag_ms: unknown, cpu_percent: null };

export class RecentMeasures {
  readonly #clock: Clock;
  /** The older one first. */
  #windows: readonly Window[] = [];
  #endWatching: (() => void) | null = null;
  #cancelForget = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  read(): Recent {
    const nowMs = this.#clock.monotonicMs();
    const [older] = this.#windows;
    const recent = older === undefined ? nothing : readWindow(older, nowMs);
    this.#begin();
    this.#roll(nowMs);
    this.#cancelForget();
    this.#cancelForget = this.#clock.after(forgetAfterMs, () => this.stop());
    return recent;
  }

  /** Idempotent. */
  stop(): void {
    this.#cancelForget();
    this.#endWatching?.();
    this.#endWatching = null;
    for (const { looks } of this.#windows) looks.disable();
    this.#windows = [];
  }

  #begin(): void {
    this.#endWatching ??= watchTelemetry('request_answered', ({ durationMs }) => {
      const us = Math.max(1, Math.round(durationMs * 1000));
      for (const { requests } of this.#windows) requests.record(us);
    });
  }

  #roll(nowMs: number): void {
    const isOver = ({ startedAtMs }: Window) => nowMs - startedAtMs >= windowMs;
    for (const { looks } of this.#windows.filter(isOver)) looks.disable();
    const open = this.#windows.filter((window) => !isOver(window));
    const [older] = open;
    const isNextDue = older === undefined || nowMs - older.startedAtMs >= halfWindowMs;
    this.#windows = open.length < 2 && isNextDue ? [...open, openWindow(nowMs)] : open;
  }
}

function openWindow(startedAtMs: number): Window {
  const looks = monitorEventLoopDelay({ resolution: lookEveryMs });
  looks.enable();
  return { startedAtMs, cpu: process.cpuUsage(), requests: createHistogram(), looks };
}

function readWindow({ startedAtMs, cpu, requests, looks }: Window, nowMs: number): Recent {
  const window_ms = Math.max(1, Math.round(nowMs - startedAtMs));
  const { user, system } = process.cpuUsage(cpu);
  return {
    window_ms,
    request_ms: percentilesOf(requests, (us) => us / 1000),
    loop_lag_ms: percentilesOf(looks, (ns) => Math.max(0, ns / 1e6 - lookEveryMs)),
    cpu_percent: rounded((user + system) / 10 / window_ms),
  };
}

type Measured = Pick<RecordableHistogram, 'count' | 'max' | 'percentile'>;

function percentilesOf(histogram: Measured, toMs: (value: number) => number): Percentiles {
  if (histogram.count === 0) return unknown;
  const at = (percent: number) => rounded(toMs(histogram.percentile(percent)));
  return { p50: at(50), p95: at(95), p99: at(99), max: rounded(toMs(histogram.max)) };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
