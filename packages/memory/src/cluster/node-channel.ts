import type { NodeChannel, NodeMessage } from '@plenum/core';
import type { Defer } from '../defer.ts';

/** The port `NodeChannel` in one process. It loses nothing. */
export function memoryNodeChannel(defer: Defer): NodeChannel {
  const listeners = new Map<string, (message: NodeMessage) => void>();
  return {
    send: (nodeId, message) => {
      // The engine may have been closed meanwhile: then no node hears the message.
      defer(() => listeners.get(nodeId)?.(message)).catch(() => undefined);
    },
    listen: (nodeId, listener) => {
      listeners.set(nodeId, listener);
      return () => void listeners.delete(nodeId);
    },
  };
}
