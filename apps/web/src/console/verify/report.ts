/** The verdict of a canary as text and as JSON, to be copied into a ticket. */
import { countText, durationText, msText } from '../figures-text.ts';
import type { CanaryState } from './canary-run.ts';

export function asText({ settings, verdict, startedAtMs, tookMs }: CanaryState): string {
  const { connections, expected, delivered, lost, duplicated, reordered, p50Ms, p99Ms } = verdict;
  return [
    `Plenum canary, ${new Date(startedAtMs).toISOString()}: ${verdict.isGood ? 'good' : 'BAD'}`,
    `${settings.connections} connections, ${verdict.sent} messages at ${settings.perSecond}/s, ${durationText(tookMs)}`,
    `acknowledged ${verdict.acknowledged}, refused or unanswered ${verdict.unacknowledged}`,
    `delivered ${delivered} of ${expected}, lost ${lost}, duplicated ${duplicated}, reordered ${reordered}`,
    `latency p50 ${msText(p50Ms)}, p99 ${msText(p99Ms)}`,
    `connections lost and opened again: ${verdict.losses}`,
    ...connections.map(
      (one) =>
        `  ${one.userId}: delivered ${countText(one.delivered)}, lost ${one.lost}, duplicated ${one.duplicated}, ` +
        `reordered ${one.reordered}, p50 ${msText(one.p50Ms)}, p99 ${msText(one.p99Ms)}, connections lost ${one.losses}`,
    ),
  ].join('\n');
}

export function asJson({ settings, verdict, startedAtMs, tookMs, groupId }: CanaryState): string {
  const { connections, ...sums } = verdict;
  const report = {
    started_at: new Date(startedAtMs).toISOString(),
    took_ms: tookMs,
    group_id: groupId,
    settings: {
      connections: settings.connections,
      messages: settings.messages,
      per_second: settings.perSecond,
    },
    is_good: sums.isGood,
    sent: sums.sent,
    acknowledged: sums.acknowledged,
    unacknowledged: sums.unacknowledged,
    expected: sums.expected,
    delivered: sums.delivered,
    lost: sums.lost,
    duplicated: sums.duplicated,
    reordered: sums.reordered,
    connections_lost: sums.losses,
    p50_ms: sums.p50Ms,
    p99_ms: sums.p99Ms,
    connections: connections.map(({ userId, p50Ms, p99Ms, losses, ...counts }) => ({
      user_id: userId,
      ...counts,
      connections_lost: losses,
      p50_ms: p50Ms,
      p99_ms: p99Ms,
    })),
  };
  return JSON.stringify(report, null, 2);
}
