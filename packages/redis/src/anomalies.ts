/** Counts faults that do not stop the node, and logs at most one line per kind and 10 s. */
import { type Clock, emitTelemetry, type Logger } from '@plenum/core';

const sentences = {
  malformed_entry: 'A payload on a group channel is no log entry and was dropped',
  malformed_outbox_entry: 'Something in an outbox is no entry of ours and was passed over',
  malformed_nudge: 'A payload on a user channel is no nudge of ours and was dropped',
  malformed_node: 'An entry of the registry of nodes cannot be read and was left out',
  malformed_wake: 'A payload on the channel of a node is no wake and was dropped',
  malformed_node_message: 'A message of another node cannot be read and was dropped',
  malformed_adapter_message: 'A payload for the Socket.IO adapter is malformed and was dropped',
  handler_failed: 'A handler of a channel threw; its payload is lost',
  listener_failed: 'A listener of the subscriber connection threw',
  publish_failed: 'A publish did not reach Redis',
  subscribe_refused: 'Redis refused a subscription: check the ACL for channels of this prefix',
  channels_moved: 'Channels are heard from another server of the Cluster, or anew: their groups are audited',
  links_renewed: 'Redis was found to have moved: every connection to it is opened again',
  link_replaced: 'The subscriber connection was silent and is being replaced',
} as const;

export type AnomalyKind = keyof typeof sentences;

/** At most one log line per kind in this time. */
const quietMs = 10_000;

interface Tally {
  count: number;
  loggedAtMs: number;
}

export class Anomalies {
  readonly #tallies = new Map<AnomalyKind, Tally>();
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(options: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** @param fields for the log line; never a payload, because it may contain the text of a message */
  note(kind: AnomalyKind, fields: Readonly<Record<string, unknown>> = {}): void {
    const nowMs = this.#clock.monotonicMs();
    const tally = this.#tallies.get(kind) ?? { count: 0, loggedAtMs: Number.NEGATIVE_INFINITY };
    this.#tallies.set(kind, tally);
    tally.count += 1;
    emitTelemetry('anomaly', { kind });
    if (nowMs - tally.loggedAtMs < quietMs) return;
    tally.loggedAtMs = nowMs;
    this.#logger.warn({ ...fields, anomaly: kind, total: tally.count }, sentences[kind]);
  }

  count(kind: AnomalyKind): number {
    return this.#tallies.get(kind)?.count ?? 0;
  }
}
