/** What a verification saw, as plain data: what was sent, and what each member got, in the order in which it came. */

export interface SeenEntry {
  readonly epoch: string;
  readonly seq: number;
  /** Null: a membership change. */
  readonly message: { readonly requestId: string; readonly from: string; readonly text: string } | null;
}

export type Happening =
  | { readonly kind: 'entry'; readonly entry: SeenEntry }
  /** Read by paging, to fill what the server announced as broken. */
  | { readonly kind: 'paged'; readonly entry: SeenEntry }
  /** The server said that entries from `fromSeq` on follow, without regard to what came before. */
  | { readonly kind: 'restart'; readonly fromSeq: number; readonly why: string };

/** What one member got of one group. */
export interface View {
  readonly userId: string;
  readonly groupId: string;
  /** Seq of the entry that made the user a member: it receives everything from there on. */
  readonly sinceSeq: number;
  readonly happenings: readonly Happening[];
}

export type SendOutcome =
  | { readonly kind: 'acked'; readonly epoch: string; readonly seq: number }
  | { readonly kind: 'refused'; readonly code: string }
  /** No answer until the end. */
  | { readonly kind: 'unanswered' };

/** In the order of sending: a sender waits for each answer before its next send to the same group. */
export interface Sent {
  readonly groupId: string;
  readonly userId: string;
  readonly requestId: string;
  readonly text: string;
  readonly outcome: SendOutcome;
}

export interface VerifyHistory {
  readonly sends: readonly Sent[];
  readonly views: readonly View[];
}

export const keyOf = ({ epoch, seq }: { readonly epoch: string; readonly seq: number }) => `${epoch}-${seq}`;
