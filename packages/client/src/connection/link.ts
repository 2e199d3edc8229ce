/** The interface of one connection: it is opened once, lost once and never reused. */
import type { Answer, ErrorCode, PushEvent, PushPayload, RequestType } from '@plenum/protocol';

export type TokenFunction = () => Promise<string>;

/** The `auth` object of the handshake. */
export interface Credentials {
  /** Absent: the server knows the user by other signs. */
  readonly token?: string | undefined;
  readonly positions?: readonly { readonly group_id: string; readonly epoch: string; readonly seq: number }[];
  readonly subscribe: 'auto' | 'none';
}

export interface Envelope {
  readonly service?: string | undefined;
  /** A request type of the protocol, or one that the team of the service has added. */
  readonly request_type: RequestType | (string & {});
  readonly request_id: string;
  readonly args: object;
}

export type PushListeners = { readonly [E in PushEvent]: (payload: PushPayload<E>) => void };

/** Of `refused` and `lost` at most one is called, once. Nothing is called after it. */
export interface LinkListeners {
  opened(): void;
  /** The server refuses the connection with this code. */
  refused(code: ErrorCode, retryAfterMs: number): void;
  /** The connection could not be opened, or was closed. */
  lost(): void;
  readonly pushes: PushListeners;
}

export interface Link {
  /**
   * @param onAnswer called once, in the order in which answers and pushes arrive. (A promise would resolve too late, after the
   * pushes of the same packet.) Null: no answer came within `timeoutMs`, or before the link was lost
   */
  ask(envelope: Envelope, timeoutMs: number, onAnswer: (answer: Answer<unknown> | null) => void): void;
  /** Closes the connection. No listener is called after this. */
  close(): void;
}

export type OpenLink = (credentials: Credentials, listeners: LinkListeners) => Link;
