/** Dead letters of all partitions: a stream in each, merged by the time at which they died. */
import {
  type DeadLetter,
  type DeadLetters,
  forgedCursor,
  PARTITION_COUNT,
  type Page,
  PlenumError,
} from '@plenum/core';
import { z } from 'zod';
import type { Keys } from './keys.ts';
import { archiveEntryOf } from './outbox-entry.ts';
import type { ScriptCalls } from './script-calls.ts';
import { retryDeadLetter } from './scripts/index.ts';

interface Place {
  readonly ms: number;
  readonly number: number;
  readonly partition: number;
}
interface Stored {
  readonly place: Place;
  readonly fields: ReadonlyMap<string, string>;
}

const noAdapter = 'The cluster delivers to no adapter of this kind: the dead letter stays';
const partitions = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);
/** Letters that are read of one partition at a time. */
const shareSize = 8;
const kindSchema = z.enum(['archive', 'notifier']);

/** `<ms>-<number>-<partition>`: the id in the stream, and which stream. */
const idOf = ({ ms, number, partition }: Place): string => `${ms}-${number}-${partition}`;
const inStream = ({ ms, number }: Place): string => `${ms}-${number}`;

function placeOf(id: string): Place | null {
  const [, ms, number, partition] = /^(\d{1,15})-(\d{1,15})-(\d{1,3})$/.exec(id) ?? [];
  if (ms === undefined || Number(partition) >= PARTITION_COUNT) return null;
  return { ms: Number(ms), number: Number(number), partition: Number(partition) };
}

const byTime = (a: Place, b: Place): number =>
  a.ms - b.ms || a.number - b.number || a.partition - b.partition;

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
    const shown = found.slice(0, page.limit);
    const last = shown.at(-1);
    return {
      rows: shown.flatMap(letterOf),
      nextCursor: found.length > page.limit && last !== undefined ? idOf(last.place) : null,
    };
  }

  async retry(id: string): Promise<boolean> {
    const place = placeOf(id);
    if (place === null) return false;
    const { partition } = place;
    const keys = this.#keys;
    const reply = await this.#calls.read(retryDeadLetter, {
      keys: {
        deadLetters: keys.deadLetters(partition),
        archiveRetries: keys.retries(partition, 'archive'),
        archiveRetrying: keys.retrying(partition, 'archive'),
        notifierRetries: keys.retries(partition, 'notifier'),
        notifierRetrying: keys.retrying(partition, 'notifier'),
        cursors: keys.cursors(partition),
      },
      args: { place: inStream(place) },
    });
    if (reply.word === 'unopened') throw new PlenumError({ code: 'unavailable', error: noAdapter });
    return reply.word === 'retried';
  }

  async delete(id: string): Promise<boolean> {
    const place = placeOf(id);
    if (place === null) return false;
    const key = this.#keys.deadLetters(place.partition);
    return (await this.#calls.command((redis) => redis.xdel(key, inStream(place)))) > 0;
  }

  /**
   * The oldest of all partitions. Only partitions whose share may not be all that belongs here are asked for more: after
   * a bad night every one of them could fill the page, and letters are as large as messages.
   */
  async #oldest(after: Place | null, limit: number): Promise<readonly Stored[]> {
    let found: readonly Stored[] = [];
    let open = partitions.map((partition) => ({ partition, after }));
    while (open.length > 0) {
      const shares = await Promise.all(open.map((one) => this.#page(one.partition, one.after, shareSize)));
      found = [...found, ...shares.flat()].sort((a, b) => byTime(a.place, b.place)).slice(0, limit);
      const end = found.length < limit ? undefined : found.at(-1)?.place;
      open = shares.flatMap((share) => {
        const last = share.length < shareSize ? undefined : share.at(-1)?.place;
        const isEnough = last === undefined || (end !== undefined && byTime(last, end) >= 0);
        return isEnough ? [] : [{ partition: last.partition, after: last }];
      });
    }
    return found;
  }

  /** Of letters that died in the same instant those of higher partitions come later. */
  async #page(partition: number, after: Place | null, limit: number): Promise<readonly Stored[]> {
    const isLater = after !== null && partition > after.partition;
    const from = after === null ? '-' : `${isLater ? '' : '('}${inStream(after)}`;
    const key = this.#keys.deadLetters(partition);
    const entries = await this.#calls.command((redis) => redis.xrange(key, from, '+', 'COUNT', limit));
    return entries.flatMap(([id, words]) => {
      const place = placeOf(`${id}-${partition}`);
      return place === null ? [] : [{ place, fields: fieldsOf(words) }];
    });
  }
}

function fieldsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) fields.set(words[at] ?? '', words[at + 1] ?? '');
  return fields;
}

function letterOf({ place, fields }: Stored): DeadLetter[] {
  const kind = kindSchema.safeParse(fields.get('d'));
  const entry = archiveEntryOf(fields.get('k') ?? '', fields.get('w') ?? '');
  if (!kind.success || entry === null) return [];
  const reason = fields.get('r') ?? '';
  const attempts = Number(fields.get('a') ?? 0);
  return [{ id: idOf(place), kind: kind.data, entry, reason, attempts, diedAtMs: place.ms }];
}
