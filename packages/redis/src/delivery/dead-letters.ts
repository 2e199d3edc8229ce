/** Reads the dead letters of all partitions in order of time: one stream per partition and adapter kind, merged. */
import {
  type DeadLetter,
  type DeadLetters,
  type DeliveryKind,
  firstPerAnswer,
  forgedCursor,
  letterBytes,
  PARTITION_COUNT,
  type Page,
  PlenumError,
} from '@plenum/core';
import type { Keys } from '../keys.ts';
import { deleteDeadLetter, retryDeadLetter } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import { archiveEntryOf, groupIdOf } from './outbox-entry.ts';

interface Source {
  readonly partition: number;
  readonly kind: DeliveryKind;
}
interface Place extends Source {
  readonly ms: number;
  readonly number: number;
}
interface Stored {
  readonly place: Place;
  readonly fields: ReadonlyMap<string, string>;
}

const noAdapter = 'The cluster delivers to no adapter of this kind: the dead letter stays';
const kinds = ['archive', 'notifier'] as const;
const sources: readonly Source[] = Array.from(
  { length: PARTITION_COUNT },
  (_, partition) => partition,
).flatMap((partition) => kinds.map((kind) => ({ partition, kind })));
/** Letters that one read takes from a stream. */
const shareSize = 8;

/** The public id of a letter, `<ms>-<number>-<partition>-<kind>`: its id in the stream, and the name of the stream. */
const idOf = ({ ms, number, partition, kind }: Place): string => `${ms}-${number}-${partition}-${kind}`;
const inStream = ({ ms, number }: Place): string => `${ms}-${number}`;

function placeOf(id: string): Place | null {
  const [, ms, number, partition, word] = /^(\d{1,15})-(\d{1,15})-(\d{1,3})-(\w+)$/.exec(id) ?? [];
  const kind = kinds.find((one) => one === word);
  if (kind === undefined || Number(partition) >= PARTITION_COUNT) return null;
  return { ms: Number(ms), number: Number(number), partition: Number(partition), kind };
}

const bySource = (a: Source, b: Source): number =>
  a.partition - b.partition || kinds.indexOf(a.kind) - kinds.indexOf(b.kind);
const byTime = (a: Place, b: Place): number => a.ms - b.ms || a.number - b.number || bySource(a, b);

export class RedisDeadLetters implements DeadLetters {
  readonly #calls: ScriptCalls;
  readonly #keys: Keys;

  constructor({ calls, keys }: { readonly calls: ScriptCalls; readonly keys: Keys }) {
    this.#calls = calls;
    this.#keys = keys;
  }

  async list(page: { readonly cursor: string | null; readonly limit: number }): Promise<Page<DeadLetter>> {
    const after = page.cursor === null ? null : placeOf(page.cursor);
    if (page.cursor !== null && after === null) throw forgedCursor();
    const found = await this.#oldest(after, page.limit + 1);
    const rows = firstPerAnswer(found.slice(0, page.limit).map(letterOf), letterBytes);
    const shown = found.slice(0, rows.length);
    const last = shown.at(-1);
    return {
      rows,
      nextCursor: found.length > rows.length && last !== undefined ? idOf(last.place) : null,
    };
  }

  async retry(id: string): Promise<boolean> {
    const place = placeOf(id);
    if (place === null) return false;
    const { partition, kind } = place;
    const keys = this.#keys;
    const reply = await this.#calls.read(retryDeadLetter, {
      keys: {
        deadLetters: keys.deadLetters(partition, kind),
        retries: keys.retries(partition, kind),
        retrying: keys.retrying(partition, kind),
        cursors: keys.cursors(partition),
        queued: keys.queuedIn(partition),
        retriesByGroup: keys.retriesByGroup(partition, kind),
        deadLettersByGroup: keys.deadLettersByGroup(partition, kind),
        takenDown: keys.takenDown(partition),
      },
      args: { kind, place: inStream(place) },
    });
    if (reply.type === 'unopened') throw new PlenumError({ code: 'unavailable', error: noAdapter });
    return reply.type === 'retried';
  }

  async delete(id: string): Promise<boolean> {
    const place = placeOf(id);
    if (place === null) return false;
    const { partition, kind } = place;
    const keys = this.#keys;
    const reply = await this.#calls.read(deleteDeadLetter, {
      keys: {
        deadLetters: keys.deadLetters(partition, kind),
        queued: keys.queuedIn(partition),
        cursors: keys.cursors(partition),
        deadLettersByGroup: keys.deadLettersByGroup(partition, kind),
      },
      args: { kind, place: inStream(place) },
    });
    return reply.type === 'deleted';
  }

  /**
   * Reads the oldest letters of all streams, a few per stream first. A stream is read again only if its next letters may
   * belong to the page: each of the 512 streams could fill a page, and a letter is as large as a message.
   */
  async #oldest(after: Place | null, limit: number): Promise<readonly Stored[]> {
    let found: readonly Stored[] = [];
    let open = sources.map((source) => ({ source, after }));
    while (open.length > 0) {
      const shares = await Promise.all(open.map((one) => this.#page(one.source, one.after, shareSize)));
      found = [...found, ...shares.flat()].sort((a, b) => byTime(a.place, b.place)).slice(0, limit);
      const end = found.length < limit ? undefined : found.at(-1)?.place;
      open = shares.flatMap((share) => {
        const last = share.length < shareSize ? undefined : share.at(-1)?.place;
        const isEnough = last === undefined || (end !== undefined && byTime(last, end) >= 0);
        return isEnough ? [] : [{ source: last, after: last }];
      });
    }
    return found;
  }

  /** Reads letters of one stream. Letters with the same ms and number are ordered by partition, then archive before notifier. */
  async #page(source: Source, after: Place | null, limit: number): Promise<readonly Stored[]> {
    const { partition, kind } = source;
    const isLater = after !== null && bySource(source, after) > 0;
    const from = after === null ? '-' : `${isLater ? '' : '('}${inStream(after)}`;
    const key = this.#keys.deadLetters(partition, kind);
    const entries = await this.#calls.command((redis) => redis.xrange(key, from, '+', 'COUNT', limit));
    return entries.flatMap(([id, words]) => {
      const place = placeOf(`${id}-${partition}-${kind}`);
      return place === null ? [] : [{ place, fields: fieldsOf(words) }];
    });
  }
}

function fieldsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) fields.set(words[at] ?? '', words[at + 1] ?? '');
  return fields;
}

function letterOf({ place, fields }: Stored): DeadLetter {
  const field = (name: string) => fields.get(name) ?? '';
  const entry = archiveEntryOf(field('k'), field('w'));
  return {
    id: idOf(place),
    kind: place.kind,
    groupId: entry?.group_id ?? groupIdOf(field('g')),
    messageId: entry?.message_id ?? field('m'),
    entry,
    raw: entry === null ? field('w') : null,
    reason: field('r'),
    attempts: Number(field('a')),
    diedAtMs: place.ms,
  };
}
