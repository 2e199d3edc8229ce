/** Writes groups as lines: settings, members, and the messages that the log and the archive have. */
import {
  type HistoryEntry,
  historyEntrySchema,
  limits,
  memberStatusSchema,
  roleSchema,
  timestampSchema,
} from '@plenum/protocol';
import { z } from 'zod';
import { expectDone, pathOf, type ServiceCalls } from './service-calls.ts';

const groupsSchema = z.object({
  groups: z.array(z.object({ group_id: z.string() })),
  next_cursor: z.string().nullable(),
});
const infoSchema = z.looseObject({ group_id: z.string(), seq: z.int() });
/** What a line of a group has besides its id: what `create_group` takes, and when it was made. */
const shownFields = [
  'group_type',
  'max_members',
  'ephemeral',
  'history',
  'metadata',
  'posting',
  'slow_mode_ms',
  'edit_window_ms',
  'accepts_needed',
  'request_ttl_ms',
  'membership_events',
  'mute_survives_rejoin',
  'id_reserved_ms',
  'retention',
  'created_at',
] as const;
const membersSchema = z.object({
  members: z.array(
    z.object({
      user_id: z.string(),
      roles: z.array(roleSchema),
      status: memberStatusSchema,
      joined_at: timestampSchema,
      note: z.string().optional(),
    }),
  ),
  next_cursor: z.string().nullable(),
});
const historySchema = z.object({ entries: z.array(historyEntrySchema) });

export interface ExportOptions {
  readonly call: ServiceCalls;
  /** Resolves when another line may be written. */
  readonly write: (line: object) => Promise<void>;
  /** True: a group that has ended since it was listed is left out. */
  readonly skipsEnded: boolean;
  /** @param done entries read of `total` in this group */
  readonly onProgress: (groupId: string, done: number, total: number) => void;
}

export interface ExportCounts {
  groups: number;
  members: number;
  messages: number;
}

/** @returns the ids of all groups of the cluster */
export async function allGroups(call: ServiceCalls): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await call({ method: 'GET', path: `/v1/groups?limit=${limits.pageMax}${query}` });
    const page = groupsSchema.parse(expectDone(answer, 'the list of groups'));
    found.push(...page.groups.map(({ group_id }) => group_id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found;
}

/** @throws Error with one sentence if a group cannot be read */
export async function exportGroups(
  groupIds: readonly string[],
  options: ExportOptions,
): Promise<ExportCounts> {
  const counts: ExportCounts = { groups: 0, members: 0, messages: 0 };
  await options.write({ type: 'plenum', version: 1 });
  for (const groupId of groupIds) await exportGroup(groupId, options, counts);
  await options.write({ type: 'end', ...counts });
  return counts;
}

async function exportGroup(groupId: string, options: ExportOptions, counts: ExportCounts): Promise<void> {
  const { call, write } = options;
  const path = pathOf(groupId);
  const answer = await call({ method: 'GET', path });
  const found = expectDone(answer, groupId, options.skipsEnded ? ['group_not_found'] : []);
  if (found === null) return;
  const info = infoSchema.parse(found);
  const shown = Object.fromEntries(shownFields.map((field) => [field, info[field]]));
  await write({ type: 'group', group_id: groupId, ...shown });
  counts.groups += 1;
  await exportMembers(groupId, options, counts);
  for (let after = 0; after < info.seq; ) {
    const page = await call({
      method: 'GET',
      path: `${path}/messages?after=${after}&limit=${limits.pageMax}`,
    });
    const { entries } = historySchema.parse(expectDone(page, groupId));
    const last = entries.at(-1);
    if (last === undefined) break;
    for (const entry of entries) {
      if (entry.type !== 'message' || entry.seq > info.seq || !isCarried(entry)) continue;
      await write(entry);
      counts.messages += 1;
    }
    after = last.seq;
    options.onProgress(groupId, Math.min(after, info.seq), info.seq);
  }
}

/** A message that was taken down has no text, and one that expires would stay for ever where it is imported. */
const isCarried = (entry: Extract<HistoryEntry, { type: 'message' }>): boolean =>
  entry.message !== undefined && !('expires_at' in entry);

async function exportMembers(
  groupId: string,
  { call, write }: ExportOptions,
  counts: ExportCounts,
): Promise<void> {
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const path = pathOf(groupId, `/members?limit=${limits.pageMax}${query}`);
    const page = membersSchema.parse(expectDone(await call({ method: 'GET', path }), groupId));
    for (const { user_id, roles, status, joined_at, note } of page.members) {
      await write({ type: 'member', group_id: groupId, user_id, roles, status, joined_at, note });
      counts.members += 1;
    }
    cursor = page.next_cursor;
  } while (cursor !== null);
}
