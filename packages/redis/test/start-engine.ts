/** An engine of one's own for a test: real time, fresh prefix, and every warning it logs kept. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  defaultEngineSettings,
  type EngineSettings,
  type Logger,
  type Random,
  systemClock,
} from '@plenum/core';
import { asService, type EngineHarness, freshPrefix, harnessSettings } from '@plenum/testkit';
import { createRedisEngine, type RedisEngine, type RedisRole } from '../src/index.ts';

const isGiven = (process.env['REDIS_URL'] ?? '') !== '';

export const systemRandom: Random = { token: () => randomBytes(8).toString('hex') };

/** Keeps warnings and errors, so that a test can look at them. */
export function keepingLogger(): Logger & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const keep = (_: object, message: string) => void lines.push(message);
  return { lines, debug: () => undefined, info: () => undefined, warn: keep, error: keep };
}

export interface EngineUnderTest extends AsyncDisposable {
  readonly engine: RedisEngine;
  readonly prefix: string;
}

export async function startEngine(options: {
  readonly url: string;
  /** True: a URL without a user is for the default user. Default false: for the shipped user. */
  readonly isUserGiven?: boolean;
  readonly prefix?: string;
  readonly role?: RedisRole;
  readonly settings?: Partial<EngineSettings>;
}): Promise<EngineUnderTest> {
  const prefix = options.prefix ?? freshPrefix();
  const engine = await createRedisEngine({
    // A Redis of a test gives the rights of the shipped user to a node, and all rights to an address without a user.
    url: isGiven || options.isUserGiven === true ? options.url : asService(options.url),
    role: options.role ?? 'node',
    prefix,
    random: systemRandom,
    clock: systemClock,
    settings: { ...defaultEngineSettings, requestTimeoutMs: 3000, ...options.settings },
    logger: keepingLogger(),
  });
  return { engine, prefix, [Symbol.asyncDispose]: () => engine.close() };
}

/** For the suites: its clock is that of Redis, so time passes by waiting. */
export async function startHarness(
  url: string,
  settings: Partial<EngineSettings> = {},
): Promise<EngineHarness> {
  const started = await startEngine({ url, settings: { ...harnessSettings, ...settings } });
  return { ...started, advance: (ms) => wait(ms) };
}
