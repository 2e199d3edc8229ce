/** Questions from one node to another, and their answers. */
import type { GroupId, NodeReading, NodeWarning, TraceStage, UserId } from '@plenum/protocol';
import type { DeviceConnection } from './devices.ts';

/** A stage of a traced message, as one node saw it. */
export interface StageSeen {
  readonly stage: TraceStage;
  /** ms since 1970 by the clock of the store as this node estimates it, with fractions. */
  readonly wallMs: number;
  readonly tookMs?: number | undefined;
  readonly count?: number | undefined;
  readonly detail?: string | undefined;
}

/** A device of a user, as its node sees it. */
export interface DeviceSeen extends DeviceConnection {
  readonly id: string;
  readonly isAuto: boolean;
  /** How many groups it is attached to. */
  readonly groups: number;
}

/** Where a page of devices begins: after this one. The newest device is the first; of one millisecond, by id. */
export type DevicePlace = Pick<DeviceSeen, 'sinceMs' | 'id'>;

export type NodeQuestion =
  /** What does the node read of itself? */
  | { readonly topic: 'figures' }
  /** What did the node warn of? */
  | { readonly topic: 'warnings' }
  /** Which devices does the user have on the node? Null: from the first on. */
  | {
      readonly topic: 'devices';
      readonly userId: UserId;
      readonly after: DevicePlace | null;
      readonly limit: number;
    }
  /** Note what happens to the messages of a group from now on, for at most `forMs`. */
  | {
      readonly topic: 'trace_begin';
      readonly traceId: string;
      readonly groupId: GroupId;
      readonly forMs: number;
    }
  /** What happened to the message with this seq? The trace ends. */
  | { readonly topic: 'trace_end'; readonly traceId: string; readonly seq: number };

export type NodeAnswer =
  | { readonly topic: 'figures'; readonly reading: NodeReading }
  | { readonly topic: 'warnings'; readonly warnings: readonly NodeWarning[] }
  /** `count`: with those before and after the page. */
  | { readonly topic: 'devices'; readonly devices: readonly DeviceSeen[]; readonly count: number }
  | { readonly topic: 'trace_begin' }
  | { readonly topic: 'trace_end'; readonly stages: readonly StageSeen[] };

export type NodeMessage = {
  /** Names one asking: the answer has that of its question. */
  readonly askId: string;
  readonly from: string;
} & (
  | { readonly type: 'question'; readonly question: NodeQuestion }
  | { readonly type: 'answer'; readonly answer: NodeAnswer }
);

/** One channel per node. A message arrives at most once, or not at all; one that is malformed or too large does not. */
export interface NodeChannel {
  /** Never throws, never waits. */
  send(nodeId: string, message: NodeMessage): void;
  /**
   * Calls the listener for each message to this node, never within a call. @returns a function that ends it; null: this
   * process hears nothing, so it cannot ask
   */
  listen(nodeId: string, listener: (message: NodeMessage) => void): (() => void) | null;
}
