/** One connection as the SDK sees it: opened once, lost once, never reused. */
import type { Answer, ErrorCode, PushEvent, PushPayload, RequestType } from '@plenum/protocol';

/** The `auth` object of the handshake. */
export interface Credentials {
  readonly token: string;
  readonly positions?: readonly { readonly group_id: string; readonly epoch: string; readonly seq: number }[];
  readonly subscribe: 'auto' | 'none';
}

export interface Envelope {
  readonly service?: string;
  readonly request_type: RequestType;
  readonly request_id: string;
  readonly args: object;
}

export type PushListeners = { readonly [E in PushEvent]: (payload: PushPayload<E>) => void };

/** At most one of `refused` and `lost` is called, once, and nothing after it. */
export interface LinkListeners {
  opened(): void;
  /** By the server, with its code. */
  refused(code: ErrorCode, retryAfterMs: number): void;
  /** Failed to open, or closed. */
  lost(): void;
  readonly pushes: PushListeners;
}

export interface Link {
  /**
   * @param onAnswer is called once, in the order in which answers and pushes arrive. A promise would resolve too late, after
   * the pushes of the same packet. Null: no answer within `timeoutMs`, or before the link was lost.
   */
  ask(envelope: Envelope, timeoutMs: number, onAnswer: (answer: Answer<unknown> | null) => void): void;
  /** No listener is called after that. */
  close(): void;
}

export type OpenLink = (credentials: Credentials, listeners: LinkListeners) => Link;
