import type { GroupEvent, RelayMessagePush } from '@plenum/protocol';

/**
 * One entry of a group's log as a node handles it. `wire` is the JSON text of the push payload, exactly as it was stored
 * by the script: fan-out passes it on without parsing.
 */
export type LogEntry = MessageEntry | EventEntry;

interface EntryBase {
  readonly epoch: string;
  readonly seq: number;
  readonly wire: Buffer;
}
/** `wire` is a `relay_message` payload. */
export interface MessageEntry extends EntryBase {
  readonly kind: 'message';
}
/** `wire` is a `group_event` payload; `event` is the same, parsed once by the engine. */
export interface EventEntry extends EntryBase {
  readonly kind: 'event';
  readonly event: GroupEvent;
}

/** Parses the payload of a message entry. For history and tests; fan-out has no need of it. */
export const messageOf = (entry: MessageEntry): RelayMessagePush => JSON.parse(entry.wire.toString('utf8'));

/** The id of an entry, unique in the cluster: `<epoch>-<seq>`. */
export const messageId = (epoch: string, seq: number): string => `${epoch}-${seq}`;
