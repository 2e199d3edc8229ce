/** Every entry of chosen groups as Redis publishes it, past epochs included, with no node in between. */
import { numberedTags } from '@plenum/core';
import { type GroupType, groupIdSchema, type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import type { EpochLog } from '@plenum/testkit';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** The envelope of the Socket.IO adapter, as far as it matters here. */
const envelopeSchema = z.object({
  data: z.object({ packet: z.object({ data: z.tuple([z.string(), z.record(z.string(), z.unknown())]) }) }),
});

const channelOf = (groupId: string) => `plenum#/#${numberedTags.groupRoom(groupIdSchema.parse(groupId))}#`;

/** @param payload of `relay_message` or `group_event`. */
export function entryOfPush(event: string, payload: Readonly<Record<string, unknown>>): HistoryEntry {
  if (event !== 'relay_message') return historyEntrySchema.parse(payload);
  const { request_id, result } = payload;
  return historyEntrySchema.parse({ type: 'message', request_id, ...Object(result) });
}

export class LogTap {
  readonly #redis: Redis;
  readonly #entries = new Map<string, HistoryEntry[]>();

  /** @param redis a connection of its own. */
  constructor(redis: Redis) {
    this.#redis = redis;
    redis.on('smessage', (channel: string, payload: string) => {
      const [event, push] = envelopeSchema.parse(JSON.parse(payload)).data.packet.data;
      // They are in no log.
      if (['presence_changed', 'typing', 'ephemeral_message'].includes(event)) return;
      this.#entries.get(channel)?.push(entryOfPush(event, push));
    });
  }

  /** Resolves when nothing of the group can be missed from now on. */
  async open(groupId: string): Promise<void> {
    this.#entries.set(channelOf(groupId), []);
    await this.#redis.ssubscribe(channelOf(groupId));
  }
  async close(groupId: string): Promise<void> {
    await this.#redis.sunsubscribe(channelOf(groupId));
    this.#entries.delete(channelOf(groupId));
  }

  /** In the order of their publication. */
  entriesOf(groupId: string): readonly HistoryEntry[] {
    return this.#entries.get(channelOf(groupId)) ?? [];
  }

  /** One log for each epoch. @param groupTypes of the first and of every later epoch. */
  logsOf(
    groupId: string,
    { groupTypes, maxMembers }: { readonly groupTypes: readonly GroupType[]; readonly maxMembers?: number },
  ): EpochLog[] {
    const byEpoch = new Map<string, HistoryEntry[]>();
    for (const entry of this.entriesOf(groupId)) {
      byEpoch.set(entry.epoch, [...(byEpoch.get(entry.epoch) ?? []), entry]);
    }
    const [first = 'public', later = first] = groupTypes;
    return [...byEpoch.values()].map((entries, i) => ({
      groupId,
      groupType: i === 0 ? first : later,
      ...(i === 0 && maxMembers !== undefined ? { maxMembers } : {}),
      entries,
    }));
  }
}
