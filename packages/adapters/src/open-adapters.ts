/** The adapters that a node's configuration names, opened together and closed together. */
import type { Adapters, Clock, Logger, OnFailure } from '@plenum/core';

export interface AdapterOptions {
  /** `postgres://…`. Null: no archive. */
  readonly archiveUrl: string | null;
  /** Webhook. Null: no notifier. */
  readonly notifierUrl: string | null;
  /** Webhook. Null: none. With words too, the words are asked first. */
  readonly moderationUrl: string | null;
  /** Words with commas between them, or `@path` of a file with one word per line. Null: none. */
  readonly moderationWords: string | null;
  readonly moderationOnFailure: OnFailure;
  /** Webhook. Null: none. */
  readonly authUrl: string | null;
  readonly authOnFailure: OnFailure;
  /** `whsec_…`; webhooks are signed with every one of them, and need at least one. */
  readonly webhookSecrets: readonly string[];
  /** True: webhooks may have private addresses and plain HTTP. */
  readonly allowPrivate: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface OpenAdapters {
  readonly adapters: Adapters;
  /** Resolves when each has what it needs to begin; rejects with `unavailable` if one is away. They work without it, later. */
  ready(): Promise<void>;
  /** Frees connections; calls under way reject. Idempotent. */
  close(): Promise<void>;
}

/** @throws TypeError with a sentence about the first option that cannot be used. Connects to nothing yet. */
export function openAdapters(options: AdapterOptions): OpenAdapters {
  const { archiveUrl, notifierUrl, moderationUrl, moderationWords, authUrl } = options;
  for (const given of [archiveUrl, notifierUrl, moderationUrl, moderationWords, authUrl]) {
    if (given !== null) throw new TypeError('this adapter is not there yet');
  }
  return { adapters: {}, ready: async () => undefined, close: async () => undefined };
}
