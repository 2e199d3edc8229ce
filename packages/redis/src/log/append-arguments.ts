/**
 * Encodes the keys and arguments of the append script. Most of them are the same for every message of a group or a
 * sender, so their encoded form is cached.
 */
import { groupRoom, type MessageDraft } from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import type { StateSettings } from '../script-calls/group-header.ts';
import { appendedWith, bulk, escapeForJson, type ScriptArguments, written } from '../script-calls/index.ts';

/** Maximum of cached groups and senders together. Above it the cache is emptied. */
const rememberedMax = 20_000;

/** A message for the log. */
export interface WrittenMessage
  extends Pick<MessageDraft, 'groupId' | 'sender' | 'request' | 'isRateLimited'> {
  /** The push payload up to its timestamp. */
  readonly wireHead: string;
}

interface Attempt {
  readonly epochOffer: string;
  readonly areMutesEnded: boolean;
  /** Redis' time, ms. */
  readonly deadlineMs: number;
}

interface GroupPart {
  readonly firstKey: string;
  /** The number of keys, and the keys of the group. */
  readonly keys: string;
  readonly args: string;
  /** The bucket key of each sender. */
  readonly buckets: Map<UserId, string>;
}

export class AppendArguments {
  readonly #keys: Keys;
  readonly #settings: StateSettings;
  readonly #groups = new Map<GroupId, GroupPart>();
  #remembered = 0;
  #isOutboxWritten = false;
  #isQueueCounted = false;

  constructor(keys: Keys, settings: StateSettings) {
    this.#keys = keys;
    this.#settings = settings;
  }

  of(message: WrittenMessage, attempt: Attempt): ScriptArguments {
    return {
      firstKey: this.#groupPart(message.groupId).firstKey,
      count: appendedWith.count,
      text: () => this.#written(message, attempt),
    };
  }

  #written({ groupId, sender, request, isRateLimited, wireHead }: WrittenMessage, attempt: Attempt): string {
    const group = this.#groupPart(groupId);
    const dedupe = this.#keys.dedupe(groupId, sender, request.id);
    const own = written(appendedWith.messageArgs, {
      senderId: sender,
      requestId: escapeForJson(request.id),
      payloadHash: request.payloadHash,
      rememberMs: request.rememberMs,
      epochOffer: attempt.epochOffer,
      deadlineMs: attempt.deadlineMs,
      areMutesEnded: attempt.areMutesEnded ? '1' : '0',
      isRateLimited: isRateLimited ? '1' : '0',
      wireHead,
    });
    return group.keys + this.#bucket(group, groupId, sender) + bulk(dedupe) + group.args + own;
  }

  #groupPart(groupId: GroupId): GroupPart {
    this.#followCluster();
    const known = this.#groups.get(groupId);
    if (known !== undefined) return known;
    this.#evict();
    const made = this.#writtenPart(groupId);
    this.#groups.set(groupId, made);
    return made;
  }

  #writtenPart(groupId: GroupId): GroupPart {
    const [keys, settings] = [this.#keys, this.#settings];
    const groupKeys = {
      group: keys.group(groupId),
      members: keys.members(groupId),
      log: keys.log(groupId),
      outbox: keys.outbox(groupId),
      queued: keys.queued(groupId),
      reads: keys.reads(groupId),
    };
    const args = written(appendedWith.groupArgs, {
      groupId,
      room: groupRoom(groupId),
      channel: keys.groupChannel(groupId),
      historyMaxEntries: settings.historyMaxEntries,
      historyMaxAgeMs: settings.historyMaxAgeMs,
      isOutboxWritten: settings.isOutboxWritten ? '1' : '0',
      roomQueueLimit: settings.isQueueCounted ? settings.roomQueueLimit : '',
      ratePerSec: settings.ratePerSec,
      rateBurst: settings.rateBurst,
    });
    const opening = bulk(String(appendedWith.keyCount)) + written(appendedWith.groupKeys, groupKeys);
    return { firstKey: groupKeys.group, keys: opening, args, buckets: new Map() };
  }

  #bucket({ buckets }: GroupPart, groupId: GroupId, sender: UserId): string {
    const known = buckets.get(sender);
    if (known !== undefined) return known;
    this.#evict();
    const made = bulk(this.#keys.bucket(groupId, sender));
    buckets.set(sender, made);
    return made;
  }

  /** Empties the cache when the adapter kinds of the cluster have changed, because some arguments depend on them. */
  #followCluster(): void {
    const { isOutboxWritten, isQueueCounted } = this.#settings;
    if (isOutboxWritten === this.#isOutboxWritten && isQueueCounted === this.#isQueueCounted) return;
    [this.#isOutboxWritten, this.#isQueueCounted] = [isOutboxWritten, isQueueCounted];
    this.#groups.clear();
    this.#remembered = 0;
  }

  #evict(): void {
    this.#remembered += 1;
    if (this.#remembered <= rememberedMax) return;
    this.#groups.clear();
    this.#remembered = 1;
  }
}
