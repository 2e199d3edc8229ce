/** The links by which users may come into a group. */
import type { InviteLink, LinkedGroup } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { readLinks } from '../script-calls/index.ts';
import { linkOf } from '../script-calls/member-record.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

interface OneLink {
  readonly groupId: GroupId;
  readonly linkId: string;
}

/** The oldest first; null if there is no such group. */
export async function linksOf(
  calls: ScriptCalls,
  keys: Keys,
  groupId: GroupId,
): Promise<readonly InviteLink[] | null> {
  const found = await foundLinks(calls, keys, { groupId, linkId: '' });
  return found?.links.sort(byAge) ?? null;
}

/** What a link shows of its group; null if there is no such link, or no longer. */
export async function linkedGroup(calls: ScriptCalls, keys: Keys, one: OneLink): Promise<LinkedGroup | null> {
  const found = await foundLinks(calls, keys, one);
  const link = found?.links[0];
  if (found === null || link === undefined) return null;
  const { groupType, metadata, membersCount } = found;
  return { groupType, metadata, membersCount, link };
}

/** `linkId` '': every link of the group. */
async function foundLinks(calls: ScriptCalls, keys: Keys, { groupId, linkId }: OneLink) {
  const reply = await calls.read(readLinks, {
    keys: { group: keys.group(groupId), links: keys.links(groupId) },
    args: { linkId },
  });
  if (reply.type === 'none') return null;
  const { records, ...group } = reply.details;
  const links = records.map(([id, text]) => linkOf(id, text, reply.nowMs)).filter((link) => link !== null);
  return { ...group, links };
}

const byAge = (a: InviteLink, b: InviteLink): number =>
  a.createdAtMs - b.createdAtMs || (a.linkId < b.linkId ? -1 : 1);
