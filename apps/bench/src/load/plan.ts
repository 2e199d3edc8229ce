/** Defines the commands of a load process and its replies, which are sent as JSON between the processes of the bench. */

export type DialectName = 'plenum' | 'bare' | 'centrifugo';

export interface MemberPlan {
  readonly group: number;
  /** Within the group; 0 creates it. */
  readonly member: number;
  readonly token: string;
  readonly url: string;
  /** URLs to which it reconnects with its position. Absent: a lost connection counts as a fault. */
  readonly refuges?: readonly string[];
}

export interface Plan {
  readonly dialect: DialectName;
  /** 8 characters that are part of all ids, so that no two runs share an id. */
  readonly runId: string;
  /** Members 0 … n−1 of each group send. */
  readonly sendersPerGroup: number;
  /** True: joins are no entries that every member gets. Plenum only. */
  readonly areJoinsCounted?: boolean;
  /** True: members read no refusals, and come back with the pauses of socket.io-client. Plenum only. */
  readonly arePlain?: boolean;
  /** Length of the event frame that a receiver gets, bytes, the same for every dialect as far as digits allow. */
  readonly frameBytes: number;
  /** Local addresses to connect from; 0: the system chooses. */
  readonly sources: number;
  readonly members: readonly MemberPlan[];
}

export type Load =
  /** Each sender keeps this many messages unanswered. */
  | { readonly kind: 'closed'; readonly windowPerSender: number }
  /** One clock for all senders, which take turns. */
  | { readonly kind: 'open'; readonly ratePerSec: number };

/** The last number of each stream that receivers have to reach. */
export type Heads = Readonly<Record<string, number>>;

export interface LoadSample {
  readonly atUs: number;
  readonly acked: number;
  readonly delivered: number;
  readonly cpuUs: number;
  /** Members that came back after a lost connection and were attached where they had been. */
  readonly resumed: number;
  /** When the last of them was. */
  readonly lastResumedUs: number;
}

/** Of members that had lost their connections. */
export interface Returns {
  /** When each was attached where it had been, in no order. */
  readonly atUs: readonly number[];
  /** Connects that a node refused for now. */
  readonly connectsRefused: number;
}

export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Frames that are not what they should be. */
  readonly malformed: number;
  readonly resyncs: number;
  readonly disconnected: number;
  readonly unanswered: number;
  /** Failures by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** The first thing that went wrong, in words. */
  readonly firstProblem: string | null;
  /** Encoded histograms, us. */
  readonly deliveryLatency: string;
  readonly ackLatency: string;
}

export type Command =
  | { readonly type: 'connect'; readonly plan: Plan }
  | { readonly type: 'create' }
  | { readonly type: 'join' }
  | { readonly type: 'start'; readonly load: Load }
  | { readonly type: 'sample' }
  /** Asks how the members came back that had lost their connections. */
  | { readonly type: 'returns' }
  /** Discards the latencies that were recorded so far, during the ramp. */
  | { readonly type: 'reset' }
  /** Asks for the latencies since the last reset. */
  | { readonly type: 'latency' }
  | { readonly type: 'leave' }
  | { readonly type: 'stop' }
  | { readonly type: 'settle'; readonly heads: Heads };

export type Reply =
  | { readonly type: 'done' }
  | { readonly type: 'sample'; readonly sample: LoadSample }
  | { readonly type: 'returns'; readonly returns: Returns }
  | { readonly type: 'latency'; readonly deliveryLatency: string }
  | { readonly type: 'heads'; readonly heads: Heads }
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  | { readonly type: 'failed'; readonly error: string };

/** Both ends are this program: the kind is all that has to be looked at. */
const hasType = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'type' in message;
export const isCommand = (message: unknown): message is Command => hasType(message);
export const isReply = (message: unknown): message is Reply => hasType(message);
