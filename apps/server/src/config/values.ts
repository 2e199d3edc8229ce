/** Parses the text of environment variables. The error of each parser says what it expects, with the limit. */
import { isIP } from 'node:net';
import { isAllowEntry } from '@plenum/adapters';
import type { ClusterStrategy } from '@plenum/core';
import { z } from 'zod';
import { usableCores } from './usable-cores.ts';

/** More processes on one machine would be a mistake in the number. */
const workersMax = 512;

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Makes a parser. @param read returns undefined for a text that is not valid */
function parsed<T>(expectation: string, read: (text: string) => T | undefined) {
  return z.string().transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${expectation}` });
    return z.NEVER;
  });
}

export const wholeNumber = (min: number, max: number) =>
  parsed(`a whole number from ${min} to ${max}`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });

/** `auto`: one for each core that this process may use. */
export const workers = () =>
  parsed(`auto or a whole number from 1 to ${workersMax}`, (text) => {
    if (text === 'auto') return Math.min(usableCores(), workersMax);
    const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= workersMax ? value : undefined;
  });

export const oneOf = <T extends string>(...choices: readonly T[]) =>
  parsed(`one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text));

export const matching = (expectation: string, pattern: RegExp) =>
  parsed(expectation, (text) => (pattern.test(text) ? text : undefined));

/**
 * Parses secrets that are valid at the same time, separated by commas. A list in the configuration file may contain a secret
 * with a comma. Errors never contain their text.
 */
export const secrets = (minBytes: number) =>
  z.union([z.string().transform(listOf), z.array(z.string())]).transform((given, context) => {
    const list = [...new Set(given)];
    const isLong = (one: string) => Buffer.byteLength(one) >= minBytes;
    if (list.length > 0 && list.every(isLong)) return list;
    const each = list.length > 1 ? `, each of the ${list.length} that commas separate` : '';
    context.addIssue({ code: 'custom', message: `must be at least ${minBytes} bytes long${each}` });
    return z.NEVER;
  });

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const longestDurationMs = 3650 * 86_400_000;

/** Parses a duration such as `90s`, `15m`, `12h` or `7d`. The value is in ms. */
export const duration = () =>
  parsed('a duration from 1s to 3650d, such as 12h or 7d', (text) => {
    const [, amount = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
    const ms = Number(amount) * (unitMs[unit] ?? 0);
    return ms >= 1000 && ms <= longestDurationMs ? ms : undefined;
  });

/** True for scheme, host and an optional port, also of apps: `capacitor://localhost`. A page from a file sends `null`. */
const isExactOrigin = (text: string) =>
  text === 'null' || (/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\*]+$/i.test(text) && URL.canParse(text));

/** Parses exact origins, in the form in which browsers send them. */
export const origins = () =>
  parsed('a comma-separated list of exact origins, such as https://chat.example.com', (text) => {
    const list = listOf(text);
    return list.every(isExactOrigin) ? list : undefined;
  });

function isAddressOrBlock(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const maxBits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (more.length > 0 || maxBits < 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= maxBits);
}

/** Parses the proxies whose `X-Forwarded-For` is trusted. */
export const proxies = () =>
  parsed('a comma-separated list of addresses and CIDR blocks, such as 10.0.0.0/8', (text) => {
    const list = listOf(text);
    return list.every(isAddressOrBlock) ? list : undefined;
  });

export const transports = () =>
  parsed('websocket or websocket,polling', (text) => {
    const list = listOf(text);
    if (list.length === 1 && list[0] === 'websocket') return ['websocket'] as const;
    const isBoth = list.length === 2 && list.includes('websocket') && list.includes('polling');
    return isBoth ? (['websocket', 'polling'] as const) : undefined;
  });

const hasProtocol = (text: string, ...protocols: readonly string[]) =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol);

export const httpUrl = () =>
  z.string().refine((text) => hasProtocol(text, 'http:', 'https:'), 'must be a URL with https:// or http://');

/** False for a URL with an @ after its host: an unescaped / # or ? in a password ends the host too early. */
const isWholePostgresUrl = (text: string): boolean => {
  if (!hasProtocol(text, 'postgres:', 'postgresql:')) return false;
  const { pathname, search, hash } = new URL(text);
  return !`${pathname}${search}${hash}`.includes('@');
};

export const postgresUrl = () =>
  z
    .string()
    .refine(
      isWholePostgresUrl,
      'must be postgres://user:password@host:port/database (in a password, write / as %2F, # as %23, ? as %3F, @ as %40)',
    );

/** Accepts `none` too. It ends the adapter kind for the whole cluster; an absent variable only leaves it to other nodes. */
export const noneOr = (schema: z.ZodType<string>) => z.union([z.literal('none'), schema]);

/** Parses the steps of a send in their order, separated by commas; `none` for no steps. */
export const names = () => z.string().transform((text) => (text.trim() === 'none' ? [] : listOf(text)));

/** Parses the secrets of webhooks. Errors never contain their text. */
export const webhookSecrets = () =>
  parsed('a comma-separated list of secrets that begin with whsec_', (text) => {
    const list = listOf(text);
    return list.every((one) => one.startsWith('whsec_')) ? list : undefined;
  });

/** Parses the private hosts and addresses to which webhooks may connect. The error names the first invalid item. */
export const webhookAllow = () =>
  z
    .string()
    .transform(listOf)
    .superRefine((list, context) => {
      const wrong = list.find((item) => !isAllowEntry(item));
      if (wrong === undefined) return;
      const message = `must hold host names, addresses and CIDR blocks, with commas between them, and ${JSON.stringify(wrong.slice(0, 80))} is none of them (no URL, no port, no *)`;
      context.addIssue({ code: 'custom', message });
    });

/** Parses the cluster strategy. Chatx calls the strategy `owner` `pg` or `horde`. */
export const clusterStrategy = () =>
  parsed('owner (or pg, or horde) or local', (text): ClusterStrategy | undefined => {
    if (text === 'pg' || text === 'horde') return 'owner';
    return text === 'owner' || text === 'local' ? text : undefined;
  });

/** Accepts one server, nodes of a Cluster, or Sentinels and a master. The engine reports errors in detail. */
export const redisUrl = () =>
  z
    .string()
    .refine(
      isRedisUrl,
      'must begin with redis:// or rediss://, several of them separated by commas, or with redis+sentinel://',
    );

const isRedisUrl = (text: string): boolean =>
  /^rediss?\+sentinel:\/\//.test(text) ||
  text.split(',').every((part) => {
    const url = part.trim();
    return URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol);
  });
