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
const tags: readonly string[] = Array.from({ length: PARTITION_COUNT }, (_, partition) => `{p${partition}}`);

/** The hash tag of everything that belongs to a partition. @param partition from 0 to PARTITION_COUNT - 1 */
export const tagOfPartition = (partition: number): string => tags[partition] ?? '';

/** Cache of hash tags: one send asks for the tag of its group about a dozen times. */
const known = new Map<string, string>();
const knownMax = 10_000;

/** The hash tag that all keys and the channel of a group, or of a user, carry. */
export function tagOf(id: GroupId | UserId): string {
  const tag = known.get(id);
  if (tag !== undefined) return tag;
  if (known.size >= knownMax) known.clear();
  const found = tagOfPartition(partitionOf(id));
  known.set(id, found);
  return found;
}
/** Socket.IO room of a group: `{p17}:<group_id>`. */
export const groupRoom = (groupId: GroupId): string => `${tagOf(groupId)}:${groupId}`;
/**
 * Socket.IO room of a user's devices: `{p17}:$user:<user_id>`. `$` is in no group id: else a group that is named
 * `user:<id>` would share the room of that user, and its messages would reach that user's devices.
 */
export const userRoom = (userId: UserId): string => `${tagOf(userId)}:$user:${userId}`;
