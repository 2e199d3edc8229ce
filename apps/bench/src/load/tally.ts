/** All counters of one load process. */
import { Latency } from '../measure/latency.ts';

export class Tally {
  acked = 0;
  delivered = 0;
  malformed = 0;
  resyncs = 0;
  disconnected = 0;
  unanswered = 0;
  resumed = 0;
  lastResumedUs = 0;
  /** When each member came back, in no order. */
  readonly resumedAtUs: number[] = [];
  /** Connects that a node refused for now. */
  connectsRefused = 0;
  firstProblem: string | null = null;
  readonly refused = new Map<string, number>();
  readonly deliveryLatency = new Latency();
  readonly ackLatency = new Latency();
  readonly heads = new Map<string, number>();

  resume(atUs: number): void {
    this.resumed += 1;
    this.resumedAtUs.push(atUs);
    this.lastResumedUs = Math.max(this.lastResumedUs, atUs);
  }

  refuse(code: string): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }

  reached(stream: string, number: number): void {
    if (number > (this.heads.get(stream) ?? 0)) this.heads.set(stream, number);
  }

  problem(what: string): void {
    this.firstProblem ??= what;
  }
}
