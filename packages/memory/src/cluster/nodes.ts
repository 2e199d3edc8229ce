import type { NodeCard, NodeRegistry } from '@plenum/core';
import type { Defer } from '../defer.ts';

interface Registered {
  readonly card: NodeCard;
  readonly beat: number;
  readonly isDrainAsked: boolean;
}

/** The port `NodeRegistry` in one process. */
export function memoryNodes(defer: Defer): NodeRegistry {
  const registered = new Map<string, Registered>();
  const listeners = new Map<string, () => void>();
  const wake = (nodeId: string): void => {
    // The engine may have been closed meanwhile: then no node is woken.
    defer(() => listeners.get(nodeId)?.()).catch(() => undefined);
  };

  return {
    beat: (card) =>
      defer(() => {
        const known = registered.get(card.nodeId);
        const isDrainAsked = known?.isDrainAsked ?? false;
        registered.set(card.nodeId, { card, beat: (known?.beat ?? 0) + 1, isDrainAsked });
        return { isNew: known === undefined, isDrainAsked };
      }),
    nodes: () => defer(() => [...registered.values()].map(({ card, beat }) => ({ ...card, beat }))),
    remove: ({ nodeId, beat }) =>
      defer(() => {
        if (beat === undefined || registered.get(nodeId)?.beat === beat) registered.delete(nodeId);
      }),
    askDrain: (nodeId) =>
      defer(() => {
        const known = registered.get(nodeId);
        if (known === undefined) return false;
        registered.set(nodeId, { ...known, isDrainAsked: true });
        wake(nodeId);
        return true;
      }),
    wake,
    onWake: (nodeId, listener) => {
      listeners.set(nodeId, listener);
      return () => void listeners.delete(nodeId);
    },
  };
}
