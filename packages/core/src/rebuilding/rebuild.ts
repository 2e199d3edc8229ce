/**
 * Rebuilds the groups of an archive in an empty store, one after the other. The log of a rebuilt group is empty: its history is in the
 * archive, as that of a log which has expired. Memory holds the members of
 * four groups at a time, and no messages but the latest.
 */
import type { GroupId } from '@plenum/protocol';
import { requestDigest } from '../operations/operations.ts';
import { PlenumError } from '../outcome/outcome.ts';
import type {
  ArchivedExpiry,
  ArchivedGroups,
  ArchivedLife,
  ArchivedSend,
  RebuiltStore,
  RestoredGroup,
  RestoredSend,
} from '../ports/rebuilding.ts';
import { FoldedGroup } from './folded-group.ts';

export interface RebuildCounts {
  /** Groups of the archive that were looked at. */
  seen: number;
  rebuilt: number;
  /** Groups that an earlier attempt had finished. */
  already: number;
  members: number;
  bans: number;
  /** Seqs below the head that the archive does not have. */
  missing: number;
  /** Groups whose last archived entry is their end. */
  deleted: number;
  /** Canary groups, which end by themselves. */
  canaries: number;
}

export interface RebuildReport extends RebuildCounts {
  /** The ids of groups whose beginning the archive does not have, or has not with what this version can read; at most 100. */
  readonly unknown: readonly GroupId[];
  unknownCount: number;
  /** The ids of groups that were made anew after an earlier life without an end, which is not rebuilt; at most 100. */
  readonly madeAnew: readonly GroupId[];
  madeAnewCount: number;
}

export interface RebuildDeps {
  readonly archive: ArchivedGroups;
  readonly store: Pick<RebuiltStore, 'has' | 'restore'>;
  /** Messages that were sent after this time, ms, keep their idempotency. */
  readonly sendsSinceMs: number;
  readonly onGroup: (report: RebuildReport) => void;
}

type GrowingReport = RebuildReport & { readonly unknown: GroupId[]; readonly madeAnew: GroupId[] };

/** The archive has as many connections. */
const atOnce = 4;
const groupsPerPage = 100;
const eventsPerPage = 1000;
const sendsPerGroup = 2000;
const expiriesPerPage = 1000;
const namedMax = 100;

/** May be repeated after any failure: it continues with the groups that are not there yet. */
export async function rebuildGroups(deps: RebuildDeps): Promise<RebuildReport> {
  const counts = {
    seen: 0,
    rebuilt: 0,
    already: 0,
    members: 0,
    bans: 0,
    missing: 0,
    deleted: 0,
    canaries: 0,
  };
  const report: GrowingReport = { ...counts, unknown: [], unknownCount: 0, madeAnew: [], madeAnewCount: 0 };
  for (let after: GroupId | null = null; ; ) {
    const page: readonly GroupId[] = await deps.archive.groupIds(after, groupsPerPage);
    const waiting = page.values();
    await Promise.all(Array.from({ length: atOnce }, () => work(waiting, deps, report)));
    after = page.at(-1) ?? null;
    if (after === null) return report;
  }
}

/** Takes one group after the other, and shares them with others that do the same. */
async function work(waiting: Iterator<GroupId>, deps: RebuildDeps, report: GrowingReport): Promise<void> {
  for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
    await rebuildOne(next.value, deps, report);
    report.seen += 1;
    deps.onGroup(report);
  }
}

async function rebuildOne(
  groupId: GroupId,
  { archive, store, sendsSinceMs }: RebuildDeps,
  report: GrowingReport,
): Promise<void> {
  if (await store.has(groupId)) {
    report.already += 1;
    return;
  }
  const life = await archive.life(groupId);
  if (life?.isMadeAnew === true) {
    report.madeAnewCount += 1;
    if (report.madeAnew.length < namedMax) report.madeAnew.push(groupId);
  }
  const folded = life === null ? null : await fold(archive, groupId, life).catch(nullIfUnreadable);
  if (folded?.isDeleted) {
    report.deleted += 1;
    return;
  }
  const group = life === null || folded === null ? null : restored(groupId, life, folded);
  if (group === null) {
    report.unknownCount += 1;
    if (report.unknown.length < namedMax) report.unknown.push(groupId);
    return;
  }
  if (isCanary(group)) {
    report.canaries += 1;
    return;
  }
  const epochs = life?.epochs ?? [];
  const sends = await archive.recentSends(groupId, epochs, { sinceMs: sendsSinceMs, limit: sendsPerGroup });
  await store.restore(group, {
    sends: sends.map((send) => restoredSend(groupId, send)),
    expiries: await expiriesOf(archive, groupId),
  });
  report.rebuilt += 1;
  report.members += group.members.length;
  report.bans += group.bans.length;
  report.missing += life?.missing ?? 0;
}

/** An entry of a later version: what the group is cannot be known, and that of others can. */
function nullIfUnreadable(cause: unknown): null {
  if (cause instanceof PlenumError && cause.failure.code === 'internal') return null;
  throw cause;
}

const isCanary = ({ groupId, settings }: RestoredGroup): boolean =>
  groupId.startsWith('canary:') && settings.metadata === JSON.stringify({ canary: true });

async function fold(archive: ArchivedGroups, groupId: GroupId, life: ArchivedLife): Promise<FoldedGroup> {
  const folded = new FoldedGroup();
  for (const epoch of life.epochs) {
    for (let afterSeq = 0; ; ) {
      const events = await archive.events(groupId, epoch, { afterSeq, limit: eventsPerPage });
      for (const event of events) folded.apply(event);
      if (events.length < eventsPerPage) break;
      afterSeq = events.at(-1)?.seq ?? afterSeq;
    }
  }
  return folded;
}

function restored(groupId: GroupId, { epochs }: ArchivedLife, folded: FoldedGroup): RestoredGroup | null {
  const { groupType, creator, settings, createdAtMs, changedSeq } = folded;
  const seq = epochs.at(-1)?.endSeq;
  if (groupType === null || creator === null || seq === undefined || !folded.areSettingsKnown) return null;
  return {
    ...{ groupId, groupType, creator, settings, createdAtMs, changedSeq, seq },
    past: epochs,
    members: [...folded.members.values()],
    bans: [...folded.bans.values()],
    keptMutes: folded.keptMutes,
    invites: folded.invites,
    links: [...folded.links.values()],
    notes: folded.notes,
    accepts: folded.accepts,
  };
}

function restoredSend(groupId: GroupId, send: ArchivedSend): RestoredSend {
  const { epoch, seq, sender, atMs, requestId, message, metadata, replyTo } = send;
  const args = {
    group_id: groupId,
    message,
    ...(metadata === undefined ? {} : { metadata }),
    ...(replyTo === null ? {} : { reply_to: replyTo }),
  };
  return { epoch, seq, sender, atMs, requestId, payloadHash: requestDigest('relay_msg', args) };
}

async function expiriesOf(archive: ArchivedGroups, groupId: GroupId): Promise<readonly ArchivedExpiry[]> {
  const all: ArchivedExpiry[] = [];
  for (let after = ''; ; after = all.at(-1)?.messageId ?? after) {
    const page = await archive.expiries(groupId, { after, limit: expiriesPerPage });
    all.push(...page);
    if (page.length < expiriesPerPage) return all;
  }
}
