/** Latency histograms. Each process records one; they are merged as histograms, so percentiles are never averaged. */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

const highestUs = 60_000_000;

export interface LatencySummary {
  readonly count: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
}

export class Latency {
  readonly #histogram: Histogram;

  constructor(histogram: Histogram = newHistogram()) {
    this.#histogram = histogram;
  }

  /** @throws Error if the text is no encoded histogram. */
  static decode(text: string): Latency {
    return new Latency(decodeFromCompressedBase64(text, 32, false));
  }

  static merge(texts: readonly string[]): Latency {
    const merged = newHistogram();
    for (const text of texts) merged.add(Latency.decode(text).#histogram);
    return new Latency(merged);
  }

  record(us: number): void {
    this.#histogram.recordValue(Math.min(highestUs, Math.max(1, Math.round(us))));
  }

  reset(): void {
    this.#histogram.reset();
  }

  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  summary(): LatencySummary {
    return {
      count: this.#histogram.totalCount,
      p50Us: this.#histogram.getValueAtPercentile(50),
      p99Us: this.#histogram.getValueAtPercentile(99),
      p999Us: this.#histogram.getValueAtPercentile(99.9),
      maxUs: this.#histogram.maxValue,
    };
  }
}

function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestUs,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
}
