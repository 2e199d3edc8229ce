/**
 * Sends one message and shows its path. Every node begins to note what happens to the group, the message is sent as any
 * other, and after a time every node is asked what it saw.
 *
 * All times are by the clock of the store, which each node estimates from replies: on Redis two nodes differ by at most
 * one round trip of each to Redis and 2 ms, and in a Redis Cluster also by what the clocks of its servers differ. The
 * memory engine uses the wall clock of its machine.
 */
import type { GroupId, Trace, TraceEvent, UserId } from '@plenum/protocol';
import { isoTime } from '../groups/records.ts';
import type { Caller, OperationOf } from '../operations/operations.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { NodeBeat } from '../ports/leases.ts';
import type { NodeAnswer, StageSeen } from '../ports/node-channel.ts';
import { type Clock, type Random, sleep } from '../ports/runtime.ts';
import type { MessageProbe } from '../telemetry/message-probe.ts';
import type { Asked, NodeQuestions } from './node-questions.ts';

/** A node that is not asked again stops by itself so long after the wait, ms. */
const spareMs = 5000;

export interface TraceDeps {
  readonly questions: Pick<NodeQuestions, 'ask'>;
  readonly probe: Pick<MessageProbe, 'nowMs'>;
  readonly send: OperationOf<'relay_msg'>;
  readonly nodeId: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface TraceOrder {
  readonly groupId: GroupId;
  readonly userId: UserId;
  readonly message: string;
  /** How long the nodes look for the message after it is stored, ms. */
  readonly waitMs: number;
  readonly requestId: string;
  /** When the request came in, on the monotonic clock, ms. */
  readonly arrivedAtMs: number;
}

type Located = StageSeen & { readonly nodeId: string };

export async function traceMessage(deps: TraceDeps, order: TraceOrder): Promise<Outcome<Trace>> {
  const { questions, probe, nodeId, clock, random } = deps;
  const { groupId, waitMs } = order;
  const tookMs = clock.monotonicMs() - order.arrivedAtMs;
  const traceId = random.token();
  const begun = await questions.ask({ topic: 'trace_begin', traceId, groupId, forMs: waitMs + spareMs });
  let ended: Asked | null = null;
  try {
    if (!begun.answers.has(nodeId)) return fail(begun.nodes.some(isNode(nodeId)) ? tooMany : unregistered);
    const startedAtMs = probe.nowMs();
    const sent = await timedSend(deps, order);
    if (!sent.outcome.ok) return sent.outcome;
    await sleep(clock, waitMs);
    const { message_id = '', epoch = '', seq = 0, recipients_count, timestamp } = sent.outcome.result;
    ended = await questions.ask({ topic: 'trace_end', traceId, seq });
    const seen: Located[] = [
      { nodeId, stage: 'gateway', wallMs: startedAtMs, tookMs },
      { nodeId, stage: 'script', wallMs: Date.parse(timestamp), tookMs: sent.tookMs },
      ...[...ended.answers].flatMap(([node, answer]) =>
        stagesOf(answer).map((one) => ({ ...one, nodeId: node })),
      ),
    ];
    return succeed({
      ...{ message_id, epoch, seq, recipients_count },
      started_at: isoTime(Math.floor(startedAtMs)),
      events: seen.map((one) => eventOf(one, startedAtMs)).sort((a, b) => a.at_ms - b.at_ms),
      missing: missingIn(begun, ended),
    });
  } finally {
    // After a refusal or a fault the nodes stop at once. If they cannot be asked, they stop by themselves.
    if (ended === null) await questions.ask({ topic: 'trace_end', traceId, seq: 0 }).catch(() => null);
  }
}

const isNode =
  (nodeId: string) =>
  (node: NodeBeat): boolean =>
    node.nodeId === nodeId;

const tooMany = {
  code: 'rate_limited',
  error: 'This node traces as many messages as it may: try again when one of them has ended',
} as const;
const unregistered = {
  code: 'unavailable',
  error: 'This node is not in the list of nodes at this moment: try again, or ask another node',
} as const;

async function timedSend({ send, clock }: TraceDeps, { groupId, userId, message, requestId }: TraceOrder) {
  const caller: Caller = { actor: userId, device: null, requestId, isServerMadeId: true };
  const sentAtMs = clock.monotonicMs();
  const outcome = await send(caller, { group_id: groupId, message });
  return { outcome, tookMs: clock.monotonicMs() - sentAtMs };
}

const stagesOf = (answer: NodeAnswer): readonly StageSeen[] =>
  answer.topic === 'trace_end' ? answer.stages : [];

const toMicroseconds = (ms: number): number => Math.round(ms * 1000) / 1000;

const eventOf = (
  { nodeId, stage, wallMs, tookMs, count, detail }: Located,
  startedAtMs: number,
): TraceEvent => ({
  at_ms: toMicroseconds(wallMs - startedAtMs),
  node_id: nodeId,
  stage,
  ...(tookMs === undefined ? {} : { took_ms: toMicroseconds(tookMs) }),
  ...(count === undefined ? {} : { count }),
  ...(detail === undefined ? {} : { detail }),
});

/** Nodes that did not begin in time, or did not say what they saw. */
function missingIn(begun: Asked, ended: Asked): string[] {
  const known = new Set([...begun.nodes, ...ended.nodes].map(({ nodeId }) => nodeId));
  return [...known].filter((nodeId) => !begun.answers.has(nodeId) || !ended.answers.has(nodeId)).sort();
}
