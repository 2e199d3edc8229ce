/** What a node had when this page began to see it drain: its progress is shown against that. */
import { Store } from '../../session/store.ts';
import type { NodeRow } from './node-state.ts';

interface Begun {
  readonly sockets: number;
  readonly partitions: number;
}

export const drains = new Store<ReadonlyMap<string, Begun>>(new Map());

export function beginDrain({ nodeId, figures, partitions }: NodeRow): void {
  if (drains.get().has(nodeId)) return;
  drains.update((all) => new Map([...all, [nodeId, { sockets: figures?.sockets ?? 0, partitions }]]));
}
