/** The drain of a node: its clients move to other nodes while its leases are handed over. Then `stop` closes what is left. */
import type { Running } from './compose.ts';

/** The port that this node shares with other processes. */
export interface SharedPort {
  /** Calls `leave`, once, as soon as other processes accept. Resolves when it is known whether they do now. */
  beforeDrain(leave: () => void): Promise<void>;
}

/**
 * Drains once, for all callers: those that come later wait for the same drain.
 * @param drainMs the longest that clients may take, also for a caller that gives them longer
 * @param port set if other processes share the port of this node
 */
export function drainOnce(drainMs: number, port?: SharedPort) {
  let draining: Promise<void> | null = null;
  return ({ gateway, ownership }: Pick<Running, 'gateway' | 'ownership'>, withinMs = drainMs) => {
    const clients = async () => {
      // Before the drain begins: a connection that this node still accepts would be refused.
      if (gateway !== null && port !== undefined) await port.beforeDrain(() => gateway.leavePort());
      await gateway?.drain(Math.min(withinMs, drainMs));
    };
    draining ??= Promise.all([clients(), ownership?.drain()]).then(() => undefined);
    return draining;
  };
}
