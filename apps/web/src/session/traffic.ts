/** The raw log of one device: every request with its answer, every push, and what happened to the connection. */
import type { Envelope } from '@plenum/client';
import type { Answer, PushEvent } from '@plenum/protocol';
import { Store } from './store.ts';

interface RowBase {
  readonly id: number;
  /** ms since 1970. */
  readonly atMs: number;
}
export interface RequestRow extends RowBase {
  readonly type: 'request';
  readonly envelope: Envelope;
  /** Undefined: it has not come. Null: none came in time, or the connection was lost before. */
  readonly answer: Answer<unknown> | null | undefined;
  readonly tookMs: number;
}
export interface PushRow extends RowBase {
  readonly type: 'push';
  readonly event: PushEvent;
  readonly payload: object;
}
export interface ConnectionRow extends RowBase {
  readonly type: 'connection';
  readonly happened: 'opening' | 'opened' | 'refused' | 'lost' | 'cut';
  readonly payload: object;
}
export type TrafficRow = RequestRow | PushRow | ConnectionRow;
type NewRow = TrafficRow extends infer R ? (R extends TrafficRow ? Omit<R, 'id' | 'atMs'> : never) : never;

/** Older rows are dropped. */
const rowsMax = 500;
let lastId = 0;

export class Traffic {
  readonly rows = new Store<readonly TrafficRow[]>([]);

  add(row: NewRow): number {
    lastId += 1;
    const added: TrafficRow = { ...row, id: lastId, atMs: Date.now() };
    this.rows.update((rows) => [...rows.slice(-(rowsMax - 1)), added]);
    return lastId;
  }

  answered(id: number, answer: Answer<unknown> | null): void {
    this.rows.update((rows) =>
      rows.map((row) =>
        row.id === id && row.type === 'request' ? { ...row, answer, tookMs: Date.now() - row.atMs } : row,
      ),
    );
  }

  clear(): void {
    this.rows.set([]);
  }
}
