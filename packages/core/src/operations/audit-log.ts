/** The audit log that operators read: keeps what nodes note, pages through it, and removes a user from it. */
import type { AuditPage, AuditQuery, UserId } from '@plenum/protocol';
import { isoTime } from '../groups/records.ts';
import { PlenumError } from '../outcome/outcome.ts';
import type { AuditEntry, AuditKind, AuditLists, KeptAuditEntry } from '../ports/audit-lists.ts';
import type { Logger } from '../ports/runtime.ts';
import { emitTelemetry } from '../telemetry/events.ts';

const kinds = ['act', 'denial'] as const;
const entriesPerRead = 200;
/** Entries that one page looks at, so that a rare filter costs no more than a page of all. */
const lookedAtMax = 2000;
/** Entries that may wait for a slow store; further ones are lost, and counted. */
const waitingMax = 1000;
const erased = '(erased)';

interface Numbered extends KeptAuditEntry {
  readonly kind: AuditKind;
}

/** Reads both lists as one, the newest first; of one millisecond, acts before denials. */
class Newest {
  readonly #lists: Pick<AuditLists, 'read'>;
  /** Those below are not passed. Null: nothing was read yet. */
  readonly #before: Record<AuditKind, number | null>;
  /** Those below are not read. */
  readonly #unread: Record<AuditKind, number | null>;
  readonly #naming: string | null;
  readonly #ahead: Record<AuditKind, KeptAuditEntry[]> = { act: [], denial: [] };
  readonly #isRead: Record<AuditKind, boolean> = { act: false, denial: false };

  /** @param naming only entries that have this text anywhere; null: all */
  constructor(
    lists: Pick<AuditLists, 'read'>,
    before: Record<AuditKind, number | null>,
    naming: string | null = null,
  ) {
    this.#lists = lists;
    this.#before = before;
    this.#unread = { ...before };
    this.#naming = naming;
  }

  /** Null: there is no further one. */
  async peek(): Promise<Numbered | null> {
    await Promise.all(kinds.map((kind) => this.#fill(kind)));
    const [act, denial] = [this.#ahead.act[0], this.#ahead.denial[0]];
    if (act === undefined || (denial !== undefined && denial.atMs > act.atMs))
      return denial === undefined ? null : { ...denial, kind: 'denial' };
    return { ...act, kind: 'act' };
  }

  pass({ kind, number }: Numbered): void {
    this.#ahead[kind].shift();
    this.#before[kind] = number;
  }

  get cursor(): string {
    return kinds.map((kind) => this.#before[kind] ?? '').join('.');
  }

  /** Entries that cannot be read are left out, so a slice without entries is not the end. */
  async #fill(kind: AuditKind): Promise<void> {
    while (this.#ahead[kind].length === 0 && !this.#isRead[kind]) {
      const page = { before: this.#unread[kind], limit: entriesPerRead, naming: this.#naming };
      const { entries, nextBefore, end } = await this.#lists.read(kind, page);
      // From now on the kind has a place in the cursor: what comes later belongs before the first page.
      this.#before[kind] ??= end;
      this.#unread[kind] = nextBefore;
      this.#isRead[kind] = nextBefore === null;
      this.#ahead[kind] = [...entries];
    }
  }
}

function placeOf(cursor: string | undefined): Record<AuditKind, number | null> {
  if (cursor === undefined) return { act: null, denial: null };
  const [, act = '', denial = ''] = /^(\d{0,15})\.(\d{0,15})$/.exec(cursor) ?? [];
  if (act === '' && denial === '') {
    const details = { field: 'cursor' };
    throw new PlenumError({ code: 'invalid_args', error: 'cursor is not one of this list', details });
  }
  return { act: act === '' ? null : Number(act), denial: denial === '' ? null : Number(denial) };
}

interface AuditLogDeps {
  readonly lists: AuditLists;
  readonly logger: Logger;
  readonly nodeId: string;
}

export class AuditLog {
  readonly #deps: AuditLogDeps;
  #waiting = 0;

  constructor(deps: AuditLogDeps) {
    this.#deps = deps;
  }

  /** Returns at once. An entry that cannot be kept is counted and logged: the act itself is done, and the log has its line. */
  note(kind: AuditKind, entry: Omit<AuditEntry, 'node_id'>): void {
    const { lists, nodeId } = this.#deps;
    if (this.#waiting >= waitingMax) {
      this.#lose(kind, new Error(`${waitingMax} entries wait already`));
      return;
    }
    this.#waiting += 1;
    lists
      .append(kind, { ...entry, node_id: nodeId })
      .catch((err: unknown) => this.#lose(kind, err))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** @throws PlenumError `invalid_args` for a cursor that is none, `unavailable` */
  async page({ cursor, limit, act, name }: AuditQuery): Promise<AuditPage> {
    const newest = new Newest(this.#deps.lists, placeOf(cursor));
    const lines: AuditPage['lines'][number][] = [];
    for (let lookedAt = 0; ; lookedAt += 1) {
      const next = await newest.peek();
      if (next === null) return { lines, next_cursor: null };
      if (lines.length >= limit || lookedAt >= lookedAtMax) return { lines, next_cursor: newest.cursor };
      newest.pass(next);
      const isAsked =
        (act ?? next.entry.act) === next.entry.act && (name ?? next.entry.name) === next.entry.name;
      if (isAsked) lines.push({ at: isoTime(next.atMs), kind: next.kind, ...next.entry });
    }
  }

  /** What names the user, the newest first. */
  async *naming(userId: UserId): AsyncGenerator<AuditPage['lines'][number]> {
    for await (const { atMs, kind, entry } of this.#naming(userId)) {
      if (withoutUser(entry, userId) !== null) yield { at: isoTime(atMs), kind, ...entry };
    }
  }

  /** Replaces the id of the user in all entries but in those that say that its erasure was asked for. */
  async forget(userId: UserId): Promise<void> {
    for await (const kept of this.#naming(userId)) {
      const entry = kept.entry.act === 'erase_user' ? null : withoutUser(kept.entry, userId);
      if (entry !== null) await this.#deps.lists.replace(kept.kind, { ...kept, entry });
    }
  }

  /** Entries that have the id anywhere, also within another one. */
  async *#naming(userId: UserId): AsyncGenerator<Numbered> {
    const newest = new Newest(this.#deps.lists, { act: null, denial: null }, userId);
    for (let next = await newest.peek(); next !== null; next = await newest.peek()) {
      newest.pass(next);
      yield next;
    }
  }

  #lose(kind: AuditKind, err: unknown): void {
    emitTelemetry('audit_entry_lost', { kind });
    this.#deps.logger.warn({ err }, 'an entry of the audit log could not be kept in the store');
  }
}

/** @returns null if the entry does not name the user */
function withoutUser(entry: AuditEntry, userId: UserId): AuditEntry | null {
  const named = `user:${userId}`;
  const words = entry.target.split(' ');
  const isActor = entry.acting_as === userId;
  if (!isActor && entry.name !== named && !words.includes(named)) return null;
  return {
    ...entry,
    name: entry.name === named ? `user:${erased}` : entry.name,
    ...(isActor ? { acting_as: erased } : {}),
    target: words.map((word) => (word === named ? `user:${erased}` : word)).join(' '),
  };
}
