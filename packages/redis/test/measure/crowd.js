/** Fills a Redis with members and groups directly, in the form that the scripts give them. */

/**
 * @typedef {import('ioredis').Redis} Redis
 * @typedef {import('../../dist/keys.js').Keys} Keys
 * @typedef {import('@plenum/protocol').GroupId} GroupId
 */

const membersAtOnce = 5000;
const groupsAtOnce = 1000;

/**
 * Adds members `m<from>` to `m<to - 1>` to a group that exists.
 * @param {Redis} redis
 * @param {Keys} keys
 * @param {{ groupId: GroupId, from: number, to: number }} crowd
 */
export async function addMembers(redis, keys, { groupId, from, to }) {
  for (let at = from; at < to; at += membersAtOnce) {
    /** @type {string[]} */
    const records = [];
    /** @type {(string | number)[]} */
    const seats = [];
    for (let number = at; number < Math.min(to, at + membersAtOnce); number += 1) {
      records.push(`m${number}`, `a m 1 ${number} -`);
      seats.push(number, `m${number}`);
    }
    await redis
      .pipeline()
      .hset(keys.members(groupId), ...records)
      .zadd(keys.receivers(groupId), ...seats)
      .hincrby(keys.group(groupId), 'active', seats.length / 2)
      .exec();
  }
}

/**
 * Copies a group with its members and its log to each of the ids.
 * @param {Redis} redis
 * @param {Keys} keys
 * @param {{ groupId: GroupId, copies: readonly GroupId[] }} group
 */
export async function copyGroup(redis, keys, { groupId, copies }) {
  const kinds = [keys.group, keys.members, keys.receivers, keys.log];
  const dumps = await Promise.all(kinds.map((keyOf) => redis.dumpBuffer(keyOf(groupId))));
  for (let at = 0; at < copies.length; at += groupsAtOnce) {
    const pipeline = redis.pipeline();
    for (const copy of copies.slice(at, at + groupsAtOnce)) {
      kinds.forEach((keyOf, kind) => {
        const dump = dumps[kind];
        if (dump) pipeline.restore(keyOf(copy), 0, dump);
      });
      pipeline.zadd(keys.groups(copy), 0, copy);
    }
    await pipeline.exec();
  }
}

/**
 * Adds reactions of users `m<from>` and later to the messages, each user to one, so that all of them have `to` together. Each
 * message must have the reaction of one user.
 * @param {Redis} redis
 * @param {Keys} keys
 * @param {{ groupId: GroupId, seqs: readonly number[], from: number, to: number }} reactions
 */
export async function addReactions(redis, keys, { groupId, seqs, from, to }) {
  const [first, last] = [from / seqs.length, to / seqs.length];
  for (const seq of seqs) {
    const padded = String(seq).padStart(16, '0');
    /** @type {(string | number)[]} */
    const reactors = [];
    for (let number = first; number < last; number += 1) reactors.push(0, `${padded} 00 m${number}`);
    if (reactors.length > 0) await redis.zadd(keys.reactors(groupId), ...reactors);
    const record = (await redis.hget(keys.present(groupId), String(seq))) ?? '';
    await redis.hset(keys.present(groupId), String(seq), record.replace(/\n\d+\t/, `\n${last + 1}\t`));
  }
}
