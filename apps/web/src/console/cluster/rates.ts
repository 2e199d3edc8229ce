/** What a node does per second: the difference of two readings. */
import type { NodeFigures } from '@plenum/protocol';

export interface Rates {
  readonly sent: number;
  readonly delivered: number;
  readonly requests: number;
  readonly refused: number;
}

const noRates: Rates = { sent: 0, delivered: 0, requests: 0, refused: 0 };

/** Two readings of one node that are nearer to each other say nothing, ms. */
const leastMs = 200;

/** @returns null: there is no reading before, or the node was started again since */
export function ratesOf(before: NodeFigures | undefined, now: NodeFigures): Rates | null {
  if (before === undefined || before.node_id !== now.node_id || now.uptime_ms < before.uptime_ms) return null;
  const tookMs = Date.parse(now.at) - Date.parse(before.at);
  if (tookMs < leastMs) return null;
  const perSecond = (name: keyof NodeFigures['totals']) =>
    Math.max(0, ((now.totals[name] - before.totals[name]) * 1000) / tookMs);
  return {
    sent: perSecond('messages_sent'),
    delivered: perSecond('deliveries'),
    requests: perSecond('requests'),
    refused: perSecond('refusals'),
  };
}

export const sumOfRates = (all: readonly Rates[]): Rates =>
  all.reduce(
    (sum, rates) => ({
      sent: sum.sent + rates.sent,
      delivered: sum.delivered + rates.delivered,
      requests: sum.requests + rates.requests,
      refused: sum.refused + rates.refused,
    }),
    noRates,
  );
