/** Delivers whole batches to the archive, which may refuse single entries. */
import type { ReadAnswer } from '../adapters/guarded-call.ts';
import type { ArchiveEntry } from '../log/entry.ts';
import type { Archive } from '../ports/adapters.ts';
import type { LivingEntries } from './living-entries.ts';
import { type AdapterLink, type Delivered, type DeliveryTarget, reasonLine } from './target.ts';

type Refusals = ReadonlyMap<string, string>;

/**
 * Reads the archive's answer: nothing, or `{ refused: [{ message_id, reason }] }`. Ids that are not in the batch have
 * no effect.
 */
const readRefusals: ReadAnswer<Refusals> = (answer) => {
  if (answer === undefined || answer === null) return { value: new Map() };
  if (typeof answer !== 'object') return null;
  const listed: unknown = Reflect.get(answer, 'refused');
  if (!Array.isArray(listed)) return null;
  const refused = new Map<string, string>();
  for (const one of [...listed]) {
    if (typeof one !== 'object' || one === null) return null;
    const messageId: unknown = Reflect.get(one, 'message_id');
    const reason: unknown = Reflect.get(one, 'reason');
    if (typeof messageId !== 'string' || typeof reason !== 'string') return null;
    refused.set(messageId, reasonLine(reason));
  }
  return { value: refused };
};

interface Links {
  readonly link: AdapterLink;
  readonly living: LivingEntries;
}

export class ArchiveTarget implements DeliveryTarget {
  readonly kind = 'archive';
  readonly callMax: number;
  readonly #archive: Archive;
  readonly #link: AdapterLink;
  readonly #living: LivingEntries;

  constructor(archive: Archive, { link, living }: Links, callMax: number) {
    this.#archive = archive;
    this.#link = link;
    this.#living = living;
    this.callMax = callMax;
  }

  get successes(): number {
    return this.#link.successes;
  }

  /** The archive wants events too, so that the archived log has no holes. */
  wants(): boolean {
    return true;
  }

  async deliver(entries: readonly ArchiveEntry[], _: string | null, signal: AbortSignal): Promise<Delivered> {
    const answered = await this.#link.call({
      entries,
      living: this.#living,
      start: (living, call) => this.#archive.save(living, call),
      read: readRefusals,
      signal,
    });
    if (answered === null) return { type: 'taken', refused: new Map(), membersCursor: null };
    if (answered.ok) return { type: 'taken', refused: answered.value, membersCursor: null };
    const { failure, pauseLeftMs } = answered;
    return failure === 'not_called' || failure === 'aborted'
      ? { type: 'held', pauseLeftMs, membersCursor: null }
      : { type: 'failed', membersCursor: null };
  }
}
