/** What admin tokens did and what was denied, as the engine keeps it for operators. */

/** An act of an admin token, or a denial, which any peer can cause. */
export type AuditKind = 'act' | 'denial';

/** One line of the audit log: ids and names only. */
export interface AuditEntry {
  /** Name of the request or route. */
  readonly act: string;
  /** Name of the admin token, `user:<id>`, or `unknown`. */
  readonly name: string;
  /** The user that the service acted as. */
  readonly acting_as?: string;
  /** The ids in the request, with spaces between them: `group:ops user:ada`. */
  readonly target: string;
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
  readonly address: string;
  readonly request_id: string;
  readonly node_id: string;
}

export interface KeptAuditEntry {
  /** Rises by one with each entry of its kind. */
  readonly number: number;
  /** Engine clock, ms. */
  readonly atMs: number;
  readonly entry: AuditEntry;
}

/** The bounds of a kind: the oldest entries make room. Denials have bounds of their own, so that they cannot displace acts. */
export const auditBounds: Readonly<Record<AuditKind, { readonly entries: number; readonly bytes: number }>> =
  {
    act: { entries: 10_000, bytes: 4 * 1024 * 1024 },
    denial: { entries: 1000, bytes: 512 * 1024 },
  };

/** The newest entries that were asked for. */
export interface AuditSlice {
  /** The newest first, without those that this version cannot read. */
  readonly entries: readonly KeptAuditEntry[];
  /** What `before` has to be for the entries that follow; null: there are none. */
  readonly nextBefore: number | null;
  /** One more than the highest number of the list; 1: it is empty. */
  readonly end: number;
}

export interface AuditSlicePage {
  /** Only entries with a lower number; null: from the newest on. */
  readonly before: number | null;
  /** Numbers that are looked at. */
  readonly limit: number;
  /** Only entries that have this text in one of their fields; null: all. An id needs no escape in JSON. */
  readonly naming: string | null;
}

/** One bounded list per kind. Every method throws `PlenumError` `unavailable` when the store cannot be reached. */
export interface AuditLists {
  append(kind: AuditKind, entry: AuditEntry): Promise<void>;
  /** Reads the newest first. */
  read(kind: AuditKind, page: AuditSlicePage): Promise<AuditSlice>;
  /** Writes another text over an entry; one that has made room stays away. */
  replace(kind: AuditKind, kept: KeptAuditEntry): Promise<void>;
}
