import type { Config } from './config.ts';

/** Time in which clients move to other nodes, ms. Short, because `serve` also runs on laptops. */
const drainMs = 15_000;
/** Additional time for open requests and for closing, ms. */
const closeMs = 15_000;

export const drainMsOf = ({ isDev }: Pick<Config, 'isDev'>): number => (isDev ? 0 : drainMs);
/** A process that has not stopped after this time exits, ms. */
export const hardExitMsOf = (config: Pick<Config, 'isDev'>): number => drainMsOf(config) + closeMs;
