/**
 * Encodes the keys and arguments of a batch of messages. Most of them are the same for every message of a group or a
 * sender, so their encoded form is cached.
 */
import type { MessageDraft, Random } from '@plenum/core';
import { type GroupId, limits, type UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import type { StateSettings } from '../script-calls/group-header.ts';
import { batchShape, bulk, escapeForJson, type ScriptArguments, written } from '../script-calls/index.ts';

/** Maximum of cached groups and senders together. Above it the cache is emptied. */
const rememberedMax = 20_000;

/** A message for the log. */
export interface WrittenMessage extends Pick<MessageDraft, 'groupId' | 'sender' | 'request'> {
  /** The push payload up to its timestamp. */
  readonly wireHead: string;
  /** What the script has to check besides the text; undefined: nothing. */
  readonly extra?: WrittenExtra | undefined;
  /** True: it is for the script of ephemeral messages. */
  readonly isEphemeral?: true;
}

export interface WrittenExtra {
  readonly replyTo: string | null;
  readonly mentions: readonly UserId[];
  readonly isOpen: boolean;
  readonly expiresInMs: number | null;
}

/** The keys and arguments of the messages with extras, after those of the batch. */
interface Tail {
  readonly keyCount: number;
  readonly argCount: number;
  readonly keys: string;
  readonly args: string;
}
const noTail: Tail = { keyCount: 0, argCount: 0, keys: '', args: '' };
const hasExtra = ({ extra }: WrittenMessage): boolean => extra !== undefined;

/** What all messages of one batch have in common. */
export interface BatchTerms {
  readonly rememberMs: number;
  readonly areMutesEnded: boolean;
  readonly isRateLimited: boolean;
}

interface GroupPart {
  readonly firstKey: string;
  readonly keys: string;
  readonly args: string;
  /** The bucket key of each sender. */
  readonly buckets: Map<UserId, string>;
}

/** The messages of one group in a batch, encoded. */
interface GroupText {
  readonly part: GroupPart;
  keys: string;
  args: string;
  /** Positions of the messages in the batch. */
  readonly places: number[];
}

/** A batch, ready to be sent. */
export interface EncodedBatch {
  /** @param deadlineMs Redis' time */
  argumentsFor(deadlineMs: number): ScriptArguments;
  /** The position in the batch of the message that each line of the reply answers. */
  readonly places: readonly number[];
}

export class AppendArguments {
  readonly #keys: Keys;
  readonly #settings: StateSettings;
  readonly #random: Random;
  readonly #groups = new Map<GroupId, GroupPart>();
  readonly #terms = new Map<string, string>();
  #remembered = 0;

  constructor(keys: Keys, settings: StateSettings, random: Random) {
    this.#keys = keys;
    this.#settings = settings;
    this.#random = random;
  }

  /** @param messages all in one slot; the messages of a group keep their order */
  of(messages: readonly WrittenMessage[], terms: BatchTerms): EncodedBatch {
    const groups = this.#byGroup(messages);
    let keys = '';
    let args = '';
    for (const { part, ...group } of groups) {
      keys += part.keys + group.keys;
      // Each group needs an offer of its own: the epoch is part of a message id.
      args += part.args + bulk(this.#random.token()) + bulk(String(group.places.length)) + group.args;
    }
    const counts = [groups.length, messages.length] as const;
    const places = groups.flatMap((group) => group.places);
    const tail = messages.some(hasExtra) ? this.#tail(messages, places) : noTail;
    const keyCount = batchShape.keyCount(...counts) + tail.keyCount;
    return {
      places,
      argumentsFor: (deadlineMs) => ({
        firstKey: groups[0]?.part.firstKey ?? '',
        count: keyCount + batchShape.argCount(...counts) + tail.argCount,
        text: () =>
          bulk(String(keyCount)) +
          keys +
          tail.keys +
          this.#header(counts, terms, deadlineMs) +
          args +
          tail.args,
      }),
    };
  }

  #tail(messages: readonly WrittenMessage[], places: readonly number[]): Tail {
    const tail = { keyCount: 0, argCount: 0, keys: '', args: '' };
    for (const [at, place] of places.entries()) {
      const message = messages[place];
      if (message?.extra === undefined) continue;
      const { replyTo, mentions, expiresInMs, isOpen } = message.extra;
      const isReferring = replyTo !== null || mentions.length > 0;
      const keys = [
        this.#keys.due(message.groupId),
        ...(isReferring ? [this.#keys.mentions(message.groupId)] : []),
        ...(expiresInMs === null && !isOpen ? [] : [this.#keys.timed(message.groupId)]),
      ];
      tail.argCount += 1;
      tail.keyCount += keys.length;
      tail.keys += keys.map(bulk).join('');
      const number = at + 1;
      const times = `${expiresInMs ?? '-'} ${isOpen ? limits.appendIdleMs : '-'}`;
      const head = `${number} ${isReferring ? 'm' : '-'} ${times} ${replyTo ?? ''}`;
      tail.args += bulk([head, ...mentions].join(' '));
    }
    return tail;
  }

  #byGroup(messages: readonly WrittenMessage[]): readonly GroupText[] {
    const groups = new Map<GroupId, GroupText>();
    for (const [place, { groupId, sender, request, wireHead }] of messages.entries()) {
      let group = groups.get(groupId);
      if (group === undefined) {
        group = { part: this.#groupPart(groupId), keys: '', args: '', places: [] };
        groups.set(groupId, group);
      }
      const bucket = this.#bucket(group.part, groupId, sender);
      group.keys += bucket + bulk(this.#keys.dedupe(groupId, sender, request.id));
      group.args +=
        bulk(sender) + bulk(escapeForJson(request.id)) + bulk(request.payloadHash) + bulk(wireHead);
      group.places.push(place);
    }
    return [...groups.values()];
  }

  #header(counts: readonly [number, number], terms: BatchTerms, deadlineMs: number): string {
    const [groupsCount, messagesCount] = counts;
    return written(batchShape.batchArgs, { groupsCount, messagesCount, deadlineMs }) + this.#termsText(terms);
  }

  /** Kept between batches, because the settings change only when the adapter kinds of the cluster do. */
  #termsText({ rememberMs, areMutesEnded, isRateLimited }: BatchTerms): string {
    const settings = this.#settings;
    const { isOutboxWritten, isQueueCounted } = settings;
    const key = `${rememberMs} ${areMutesEnded} ${isRateLimited} ${isOutboxWritten} ${isQueueCounted}`;
    const known = this.#terms.get(key);
    if (known !== undefined) return known;
    const made = written(batchShape.termArgs, {
      historyMaxEntries: settings.historyMaxEntries,
      historyMaxAgeMs: settings.historyMaxAgeMs,
      isOutboxWritten: isOutboxWritten ? '1' : '0',
      roomQueueLimit: isQueueCounted ? settings.roomQueueLimit : '',
      ratePerSec: settings.ratePerSec,
      rateBurst: settings.rateBurst,
      rememberMs,
      areMutesEnded: areMutesEnded ? '1' : '0',
      isRateLimited: isRateLimited ? '1' : '0',
    });
    this.#terms.set(key, made);
    return made;
  }

  #groupPart(groupId: GroupId): GroupPart {
    const known = this.#groups.get(groupId);
    if (known !== undefined) return known;
    this.#evict();
    const keys = this.#keys;
    const groupKeys = {
      group: keys.group(groupId),
      members: keys.members(groupId),
      log: keys.log(groupId),
      outbox: keys.outbox(groupId),
      queued: keys.queued(groupId),
      reads: keys.reads(groupId),
      slow: keys.slow(groupId),
    };
    const made = {
      firstKey: groupKeys.group,
      keys: written(batchShape.groupKeys, groupKeys),
      args: written(batchShape.groupArgs, {
        groupId,
        room: keys.tags.groupRoom(groupId),
        channel: keys.groupChannel(groupId),
      }),
      buckets: new Map(),
    };
    this.#groups.set(groupId, made);
    return made;
  }

  #bucket({ buckets }: GroupPart, groupId: GroupId, sender: UserId): string {
    const known = buckets.get(sender);
    if (known !== undefined) return known;
    this.#evict();
    const made = bulk(this.#keys.bucket(groupId, sender));
    buckets.set(sender, made);
    return made;
  }

  #evict(): void {
    this.#remembered += 1;
    if (this.#remembered <= rememberedMax) return;
    this.#groups.clear();
    this.#remembered = 1;
  }
}
