/** The drain of a node: its clients move to other nodes while its leases are handed over. Then `stop` closes what is left. */
import type { Running } from './compose.ts';

/**
 * Drains once, for all callers: those that come later wait for the same drain.
 * @param drainMs the longest that clients may take, also for a caller that gives them longer
 */
export function drainOnce(drainMs: number) {
  let draining: Promise<void> | null = null;
  return ({ gateway, ownership }: Pick<Running, 'gateway' | 'ownership'>, withinMs = drainMs) => {
    const clients = () => gateway?.drain(Math.min(withinMs, drainMs));
    draining ??= Promise.all([clients(), ownership?.drain()]).then(() => undefined);
    return draining;
  };
}
