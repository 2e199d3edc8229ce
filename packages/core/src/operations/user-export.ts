/** What is kept of one user, as lines of JSON: memberships, read marks, levels of notifications, bans, messages and audit. Reads page by page. */
import type { ExportedGroups, GroupId, HistoryEntry, UserId } from '@plenum/protocol';
import { isoTime, type Position } from '../groups/records.ts';
import { PlenumError } from '../outcome/outcome.ts';
import type { Engine } from '../ports/engine.ts';
import type { ArchivedHistory } from './archived-history.ts';
import type { AuditLog } from './audit-log.ts';
import { readHistoryPage } from './history-page.ts';
import { ownNotifications } from './own-groups.ts';

const groupsPerPage = 100;
const entriesPerPage = 200;
const applicantsPerPage = 200;

export interface UserExportDeps {
  readonly engine: Pick<Engine, 'groups' | 'log' | 'messageChanges' | 'readMarks' | 'revocations' | 'wallMs'>;
  /** Null: messages below the log are not kept, or cannot be read. */
  readonly archive: ArchivedHistory | null;
  readonly audit: Pick<AuditLog, 'naming' | 'page'>;
}

interface Counts {
  memberships: number;
  bans: number;
  invites: number;
  messages: number;
  audit: number;
}

const line = (type: string, fields: object): string => `${JSON.stringify({ type, ...fields })}\n`;

/**
 * Every line ends with a line break. The last line has the type `end`: without it something is missing. Ends with a
 * `PlenumError` when the store or the archive cannot be read.
 */
export async function* userExport(
  deps: UserExportDeps,
  userId: UserId,
  groups: ExportedGroups,
): AsyncGenerator<string> {
  const { engine } = deps;
  const counts: Counts = { memberships: 0, bans: 0, invites: 0, messages: 0, audit: 0 };
  const revokedAtMs = (await engine.revocations.revokedAt([userId])).get(userId);
  const revoked = revokedAtMs === undefined ? {} : { revoked_at: isoTime(revokedAtMs) };
  yield line('user', { user_id: userId, exported_at: isoTime(engine.wallMs()), groups, ...revoked });
  for await (const groupId of groupsOf(deps, userId, groups)) {
    yield* groupLines(deps, { userId, groupId, counts });
  }
  for await (const kept of deps.audit.naming(userId)) {
    counts.audit += 1;
    yield line('audit', kept);
  }
  yield line('end', counts);
}

async function* groupsOf(
  { engine }: UserExportDeps,
  userId: UserId,
  groups: ExportedGroups,
): AsyncGenerator<GroupId> {
  const page = { cursor: null as string | null, limit: groupsPerPage };
  do {
    const found =
      groups === 'all'
        ? await engine.groups.list({ ...page, prefix: '' })
        : await engine.groups.memberships(userId, page);
    for (const row of found.rows) yield typeof row === 'string' ? row : row.groupId;
    page.cursor = found.nextCursor;
  } while (page.cursor !== null);
}

interface InGroup {
  readonly userId: UserId;
  readonly groupId: GroupId;
  readonly counts: Counts;
}

async function* groupLines(deps: UserExportDeps, at: InGroup): AsyncGenerator<string> {
  const { userId, groupId, counts } = at;
  const position = await deps.engine.groups.position(groupId, userId);
  if (position === null || position.head.isDeleted) return;
  if (position.isBanned) {
    counts.bans += 1;
    const until = position.bannedUntilMs;
    const end = until === null ? {} : { banned_until: isoTime(until) };
    yield line('ban', { group_id: groupId, ...end });
  }
  if (position.member !== null) {
    counts.memberships += 1;
    yield line('membership', { group_id: groupId, ...(await membershipView(deps, at, position)) });
  }
  if (position.invite !== null) {
    counts.invites += 1;
    const { invitedBy, untilMs } = position.invite;
    const end = untilMs === null ? {} : { invited_until: isoTime(untilMs) };
    yield line('invite', { group_id: groupId, invited_by: invitedBy, ...end });
  }
  for await (const entry of messagesOf(deps, at, position)) {
    counts.messages += 1;
    yield `${JSON.stringify(entry)}\n`;
  }
}

/** Of an applicant: it is the only text of a user that is kept beside the messages. */
async function noteOf({ engine }: UserExportDeps, { groupId, userId }: InGroup): Promise<string | null> {
  let cursor: string | null = null;
  do {
    const ask = { cursor, limit: applicantsPerPage, status: 'pending' } as const;
    const page: Awaited<ReturnType<typeof engine.groups.members>> = await engine.groups.members(groupId, ask);
    const own = page?.rows.find((row) => row.userId === userId);
    if (own !== undefined) return own.note;
    cursor = page?.nextCursor ?? null;
  } while (cursor !== null);
  return null;
}

async function membershipView(
  deps: UserExportDeps,
  at: InGroup,
  { groupType, member }: Position,
): Promise<object> {
  if (member === null) return {};
  const { groupId, userId } = at;
  const { engine } = deps;
  const note = member.status === 'pending' ? await noteOf(deps, at) : null;
  const mark = await engine.readMarks.of(groupId, userId);
  const until = member.mutedUntilMs;
  return {
    group_type: groupType,
    status: member.status,
    roles: member.roles,
    joined_at: isoTime(member.joinedAtMs),
    since_seq: member.sinceSeq,
    ...(until === null ? {} : { muted_until: isoTime(until) }),
    ...(note === null ? {} : { note }),
    ...(mark === null ? {} : { read_seq: mark.readSeq, unread: mark.unread, ...ownNotifications(mark) }),
  };
}

/** The messages of the user from the first entry that is kept up to the head of the position. */
async function* messagesOf(
  { engine, archive }: UserExportDeps,
  { groupId, userId }: InGroup,
  { head }: Position,
): AsyncGenerator<HistoryEntry> {
  const sources = { engine, archive };
  let after = 0;
  while (after < head.seq) {
    const ask = {
      groupId,
      head,
      reader: userId,
      firstSeq: 0,
      after,
      before: undefined,
      limit: entriesPerPage,
    };
    const page = await readHistoryPage(sources, ask);
    if (page.type === 'unavailable') throw PlenumError.of('unavailable');
    const last = page.type === 'found' ? page.entries.at(-1) : undefined;
    if (page.type === 'gone' || last === undefined) return;
    for (const entry of page.entries) {
      if (entry.type === 'message' && entry.from_user_id === userId) yield entry;
    }
    after = last.seq;
  }
}
