/** Opens and closes the adapters that a node's configuration names. */
import { randomBytes } from 'node:crypto';
import type { AdapterCall, Adapters, Clock, Logger, Moderation, OnFailure, Random } from '@plenum/core';
import { createPostgresArchive } from './archive/postgres-archive.ts';
import { createWordListModeration, wordsGiven } from './moderation/word-list.ts';
import { createAllowList } from './webhooks/allow-list.ts';
import { createWebhook, type Webhook } from './webhooks/webhook.ts';
import {
  createWebhookAuthorization,
  createWebhookModeration,
  createWebhookNotifier,
} from './webhooks/webhook-adapters.ts';

export interface AdapterOptions {
  /** `postgres://…`; null: no archive. */
  readonly archiveUrl: string | null;
  /** True: the archive keeps the texts that edits replace. Default: true. */
  readonly keepsPreviousTexts?: boolean;
  /** URL of a webhook; null: no notifier. */
  readonly notifierUrl: string | null;
  /** URL of a webhook; null: none. If there are words too, they are checked first. */
  readonly moderationUrl: string | null;
  /** Words that are separated by commas, or `@path` of a file with one word per line; null: none. */
  readonly moderationWords: string | null;
  readonly moderationOnFailure: OnFailure;
  /** URL of a webhook; null: none. */
  readonly authUrl: string | null;
  readonly authOnFailure: OnFailure;
  /** `whsec_…`. A webhook needs at least one secret, and is signed with each of them. */
  readonly webhookSecrets: readonly string[];
  /** True if webhooks may have private addresses and use plain HTTP. */
  readonly allowPrivate: boolean;
  /** Private hosts and CIDR blocks that are allowed. Default: none. */
  readonly webhookAllow?: readonly string[];
  readonly logger: Logger;
  readonly clock: Clock;
  /** Makes the ids of webhook calls. Default: random. */
  readonly random?: Random;
}

export interface OpenAdapters {
  readonly adapters: Adapters;
  /** Resolves when all are ready; rejects with `unavailable` if one is away. Optional: the first calls do the same. */
  ready(): Promise<void>;
  /** Tries each adapter without writing. @returns a sentence for each one that does not work now */
  problems(call: AdapterCall): Promise<readonly string[]>;
  /** Frees connections. Must be called after the last call of an adapter, because calls in progress may reject. Idempotent. */
  close(): Promise<void>;
}

const systemRandom: Random = { token: () => randomBytes(8).toString('hex') };

/** Asks both in order, and denies a message if one of them denies it. */
const bothOf = (first: Moderation, second: Moderation): Moderation => ({
  check: async (message, call) => {
    const verdict = await first.check(message, call);
    return verdict.isAllowed ? second.check(message, call) : verdict;
  },
});

type OpenWebhook = (name: string, url: string) => Webhook;

interface Reachable extends Pick<Webhook, 'reach'> {
  /** The beginning of a sentence; the reason follows. */
  readonly name: string;
}

function moderationOf(options: AdapterOptions, open: OpenWebhook): Moderation | null {
  const { moderationUrl: url, moderationWords: words, random = systemRandom } = options;
  const byWords = words === null ? null : createWordListModeration(wordsGiven(words));
  const byWebhook = url === null ? null : createWebhookModeration(open('moderation', url), random);
  return byWords !== null && byWebhook !== null ? bothOf(byWords, byWebhook) : (byWords ?? byWebhook);
}

/** Makes the adapters without connecting. @throws TypeError with a sentence about the first option that cannot be used */
export function openAdapters(options: AdapterOptions): OpenAdapters {
  const { archiveUrl, notifierUrl, authUrl, allowPrivate, logger, clock, random = systemRandom } = options;
  const allow = createAllowList(options.webhookAllow ?? []);
  const webhooks: Webhook[] = [];
  const parts: Reachable[] = [];
  const open = (name: string, url: string): Webhook => {
    const webhook = createWebhook({ url, secrets: options.webhookSecrets, allowPrivate, allow, clock });
    webhooks.push(webhook);
    parts.push({ name: `The ${name} webhook at ${new URL(url).host} cannot be reached`, ...webhook });
    return webhook;
  };
  const notifier = notifierUrl === null ? null : createWebhookNotifier(open('notifier', notifierUrl));
  const moderation = moderationOf(options, open);
  const auth = authUrl === null ? null : createWebhookAuthorization(open('auth', authUrl), random);
  const { keepsPreviousTexts = true } = options;
  const archive =
    archiveUrl === null
      ? null
      : createPostgresArchive({ url: archiveUrl, logger, clock, keepsPreviousTexts });
  if (archive !== null) parts.push({ name: 'The archive in PostgreSQL cannot be used', ...archive });
  return {
    adapters: {
      ...(archive === null ? {} : { archive }),
      ...(notifier === null ? {} : { notifier }),
      ...(moderation === null
        ? {}
        : { moderation: { ...moderation, onFailure: options.moderationOnFailure } }),
      ...(auth === null ? {} : { auth: { ...auth, onFailure: options.authOnFailure } }),
    },
    ready: async () => archive?.ready(),
    problems: async (call) => {
      const reasons = await Promise.all(parts.map(({ reach }) => reach(call)));
      return parts.flatMap(({ name }, i) => (reasons[i] ? [`${name}: ${reasons[i]}`] : []));
    },
    close: async () => {
      await Promise.all([archive?.close(), ...webhooks.map((webhook) => webhook.close())]);
    },
  };
}
