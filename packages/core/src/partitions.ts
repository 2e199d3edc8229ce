/**
 * Maps a group to its partition, and derives the names of its keys and channels. Redis Cluster hashes the tag the
 * same way.
 */
import type { GroupId, UserId } from '@plenum/protocol';

/** Fixed at the first boot of a prefix: changing it is a migration. */
export const PARTITION_COUNT = 256;

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

/** CRC16-CCITT (XModem) over the text's bytes: the function Redis Cluster uses for slots. `text` is ASCII. */
export function crc16(text: string): number {
  let crc = 0;
  for (let i = 0; i < text.length; i += 1) {
    crc = ((crc << 8) & 0xffff) ^ (table[((crc >> 8) ^ text.charCodeAt(i)) & 0xff] ?? 0);
  }
  return crc;
}

export const partitionOf = (id: GroupId | UserId): number => crc16(id) % PARTITION_COUNT;

const knownMax = 10_000;

/** The hash tags of all partitions. All nodes of a prefix use the same tags for as long as the prefix exists. */
export class PartitionTags {
  readonly #tags: readonly string[];
  /** Cache: one send asks for the tag of its group about a dozen times. */
  readonly #known = new Map<string, string>();

  /** @param tagOf different for every partition from 0 to PARTITION_COUNT - 1 */
  constructor(tagOf: (partition: number) => string) {
    this.#tags = Array.from({ length: PARTITION_COUNT }, (_, partition) => tagOf(partition));
  }

  /** The hash tag of everything that belongs to a partition. @param partition from 0 to PARTITION_COUNT - 1 */
  tagOfPartition(partition: number): string {
    return this.#tags[partition] ?? '';
  }

  /** The hash tag that all keys and the channel of a group, or of a user, carry. */
  tagOf(id: GroupId | UserId): string {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#known.size >= knownMax) this.#known.clear();
    const found = this.tagOfPartition(partitionOf(id));
    this.#known.set(id, found);
    return found;
  }

  /** The Socket.IO room of a group. */
  groupRoom(groupId: GroupId): string {
    return `${this.tagOf(groupId)}:${groupId}`;
  }

  /** The Socket.IO room of a user's devices. */
  userRoom(userId: UserId): string {
    return `${this.tagOf(userId)}:$user:${userId}`;
  }
}

/** `{p17}` for partition 17: the tags of every prefix that was not first used on a Redis Cluster. */
export const numberedTags = new PartitionTags((partition) => `{p${partition}}`);
