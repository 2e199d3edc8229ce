/**
 * The audit log: one line for every act of an admin token and for every denial, never with a body. All acts are
 * written. Denials, which any peer can cause, are limited per minute: 20 lines per address and 600 in all, then one
 * line with the number of the others.
 */
import type { AuditEntry, AuditKind, Clock, Logger } from '@plenum/core';

export interface AuditLine {
  /** Name of the admin token, `user:<id>`, or `unknown`. */
  readonly who: string;
  /** Name of the request or route. */
  readonly act: string;
  /** The ids in the request: `group:ops user:ada`. */
  readonly target: string;
  /** The user that the service acts as. */
  readonly acting_as?: string;
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
  /** The client's address, also behind a trusted proxy. */
  readonly address: string;
  readonly request_id: string;
  /** The node that was asked, if another process writes the line. */
  readonly of?: string;
}

export interface AuditDeps {
  readonly log: Pick<Logger, 'info'>;
  readonly clock: Clock;
  /** Absent: this process limits denials itself. */
  readonly tellDenial?: (line: AuditLine) => void;
  /** Keeps what operators read later. Default: nothing is kept. */
  readonly keep?: KeepAuditEntry;
}

/** Returns at once. */
export type KeepAuditEntry = (kind: AuditKind, entry: Omit<AuditEntry, 'node_id'>) => void;

/**
 * What a backend does all day for its users. It is in the log only: kept, it would displace what operators look for, and cost
 * another command per message.
 */
const traffic = new Set(['relay_msg', 'append_message', 'react', 'unreact', 'mark_read', 'typing']);

const entryOf = ({ who, of: _, ...line }: AuditLine): Omit<AuditEntry, 'node_id'> => ({ ...line, name: who });

const windowMs = 60_000;
const denialsPerAddress = 20;
const denialsOfAll = 600;
/** Addresses that are counted separately; all further ones are counted together. */
const addressesMax = 1000;
const others = 'other addresses';

export class Audit {
  readonly #options: AuditDeps;
  /** Denials in this window, by address. */
  readonly #denials = new Map<string, number>();
  readonly #unwritten = new Map<string, number>();
  #written = 0;
  #cancelWindow: (() => void) | null = null;

  constructor(options: AuditDeps) {
    this.#options = options;
  }

  act(line: AuditLine): void {
    this.#options.log.info({ ...line, kind: 'act' }, 'admin act');
    if (!traffic.has(line.act)) this.#options.keep?.('act', entryOf(line));
  }

  denial(line: AuditLine): void {
    const { log, tellDenial, keep } = this.#options;
    tellDenial?.(line);
    if (!this.#isAmongFew(line)) return;
    keep?.('denial', entryOf(line));
    if (tellDenial === undefined) log.info({ ...line, kind: 'denial' }, 'admin denial');
  }

  /** False: in this minute there were too many, and this one is only counted. */
  #isAmongFew(line: AuditLine): boolean {
    this.#cancelWindow ??= this.#options.clock.after(windowMs, () => this.#endWindow());
    const address = this.#countedAs(line.address);
    const count = (this.#denials.get(address) ?? 0) + 1;
    this.#denials.set(address, count);
    if (count > denialsPerAddress || this.#written >= denialsOfAll) {
      this.#unwritten.set(address, (this.#unwritten.get(address) ?? 0) + 1);
      return false;
    }
    this.#written += 1;
    return true;
  }

  /** Writes the count of this window. */
  close(): void {
    this.#endWindow();
  }

  #countedAs(address: string): string {
    return this.#denials.has(address) || this.#denials.size < addressesMax ? address : others;
  }

  #endWindow(): void {
    this.#cancelWindow?.();
    this.#cancelWindow = null;
    this.#written = 0;
    this.#denials.clear();
    const counts = [...this.#unwritten];
    this.#unwritten.clear();
    // The process that limits the lines of all writes their count too.
    if (counts.length === 0 || this.#options.tellDenial !== undefined) return;
    const denials = counts.reduce((sum, [, count]) => sum + count, 0);
    const [most] = counts.sort(([, a], [, b]) => b - a);
    const fields = { kind: 'denials', denials, addresses: counts.length, most: most?.[0] };
    this.#options.log.info(fields, 'more denials in this minute, not written one by one');
  }
}
