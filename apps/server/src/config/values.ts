/** How the text of one environment variable becomes a value: each parser says what it expects, with the limit. */
import { isIP } from 'node:net';
import { isAllowEntry } from '@plenum/adapters';
import type { ClusterStrategy } from '@plenum/core';
import { z } from 'zod';

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** A variable with a text form; `read` answers undefined for a text that it does not accept. */
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

export const oneOf = <T extends string>(...choices: readonly T[]) =>
  parsed(`one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text));

export const matching = (expectation: string, pattern: RegExp) =>
  parsed(expectation, (text) => (pattern.test(text) ? text : undefined));

/**
 * Secrets that count at the same time, with commas between them; a list of the configuration file may hold a secret with a
 * comma. Their text is never part of a problem.
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

/** `90s`, `15m`, `12h`, `7d`: the value is in ms. */
export const duration = () =>
  parsed('a duration from 1s to 3650d, such as 12h or 7d', (text) => {
    const [, amount = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
    const ms = Number(amount) * (unitMs[unit] ?? 0);
    return ms >= 1000 && ms <= longestDurationMs ? ms : undefined;
  });

/** Scheme, host and perhaps a port, nothing else: also of apps, such as `capacitor://localhost`. `null` is what files send. */
const isExactOrigin = (text: string) =>
  text === 'null' || (/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\*]+$/i.test(text) && URL.canParse(text));

/** Exact origins, as a browser sends them. */
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

/** Proxies whose `X-Forwarded-For` is believed. */
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

/** An unescaped / # or ? of a password turns the text before it into the host. */
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

/** `none` ends for the whole cluster what an absent variable only leaves to the other nodes. */
export const noneOr = (schema: z.ZodType<string>) => z.union([z.literal('none'), schema]);

/** Steps of a send in their order, with commas between them; `none` for none. */
export const names = () => z.string().transform((text) => (text.trim() === 'none' ? [] : listOf(text)));

/** Secrets of webhooks: their text is never part of a problem. */
export const webhookSecrets = () =>
  parsed('a comma-separated list of secrets that begin with whsec_', (text) => {
    const list = listOf(text);
    return list.every((one) => one.startsWith('whsec_')) ? list : undefined;
  });

/** Private places that webhooks may lead to. The first item that is none is named. */
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

/** `pg` and `horde` are the names of Chatx for a cluster in which each room has an owner. */
export const clusterStrategy = () =>
  parsed('owner (or pg, or horde) or local', (text): ClusterStrategy | undefined => {
    if (text === 'pg' || text === 'horde') return 'owner';
    return text === 'owner' || text === 'local' ? text : undefined;
  });

/** One server, several nodes of a Cluster, or Sentinels and the name of their master. The engine says what is wrong with one. */
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
