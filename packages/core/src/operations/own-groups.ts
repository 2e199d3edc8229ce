/** The groups of one user, as its `list_groups` shows them. */
import type { GroupId, OwnStatus, RequestResult, UserId } from '@plenum/protocol';
import { authorize } from '../adapters/guards.ts';
import { activityCursor, activityPage, type LastMessage } from '../groups/activity.ts';
import { firstPerAnswer } from '../groups/bounds.ts';
import { isoTime, isReceiver, type Membership } from '../groups/records.ts';
import { messageEntryFrom } from '../log/entry.ts';
import type { NotificationSetting, ReadState } from '../ports/group-store.ts';
import type { OperationDeps } from './operations.ts';

type Listed = RequestResult<'list_groups'>;
type GroupRow = Listed['groups'][number];
interface Page {
  readonly cursor: string | null;
  readonly limit: number;
}

export class OwnGroups {
  readonly #deps: Pick<OperationDeps, 'engine' | 'auth'>;
  readonly #userId: UserId;

  constructor(deps: Pick<OperationDeps, 'engine' | 'auth'>, userId: UserId) {
    this.#deps = deps;
    this.#userId = userId;
  }

  async byId(page: Page): Promise<Listed> {
    const { rows, nextCursor } = await this.#deps.engine.groups.memberships(this.#userId, page);
    const groups = await Promise.all(rows.map((row) => this.#row(row)));
    return { groups, next_cursor: nextCursor };
  }

  /** A page may be shorter than `limit`: groups that the user has left meanwhile are missing in it. */
  async byActivity(page: Page): Promise<Listed> {
    const { groups } = this.#deps.engine;
    const { rows, nextCursor } = activityPage(await groups.activity(this.#userId), page);
    const places = new Map(rows.map((row) => [row.groupId, row]));
    const memberships = await groups.membershipsIn(this.#userId, [...places.keys()]);
    const views = await Promise.all(
      memberships.map(async (row) => {
        const last = places.get(row.groupId)?.last ?? null;
        const [view, message] = await Promise.all([this.#row(row), this.#lastMessage(row, last)]);
        return { ...view, last_message: message };
      }),
    );
    const fitting = firstPerAnswer(views, (view) => JSON.stringify(view).length);
    const lastShown = places.get(fitting.at(-1)?.group_id as GroupId);
    const isCut = fitting.length < views.length && lastShown !== undefined;
    return { groups: [...fitting], next_cursor: isCut ? activityCursor(lastShown) : nextCursor };
  }

  async #row(row: Membership): Promise<GroupRow> {
    // An applicant and an invited user have nothing to read.
    const mark = row.member === null ? null : await this.#deps.engine.readMarks.of(row.groupId, this.#userId);
    return {
      group_id: row.groupId,
      group_type: row.groupType,
      status: ownStatus(row) ?? 'invited',
      roles: [...(row.member?.roles ?? [])],
      ...inviteView(row),
      head_seq: row.head.seq,
      ...(mark === null
        ? {}
        : {
            read_seq: mark.readSeq,
            unread: mark.unread,
            unread_mentions: mark.unreadMentions,
            ...ownNotifications(mark),
          }),
    };
  }

  /** @returns null also where the team's authorization does not let the user read */
  async #lastMessage({ groupId, member }: Membership, last: LastMessage | null) {
    if (last === null || !isReceiver(member)) return null;
    const { engine, auth } = this.#deps;
    const denied = await authorize(auth, { actor: this.#userId, groupId, action: 'history' });
    if (denied !== null) return null;
    const found = await engine.messageChanges.get(groupId, last, this.#userId);
    const entry = found?.head.isDeleted === false ? found.entry : null;
    return entry === null ? null : messageEntryFrom(entry);
  }
}

/** What the user is to the group; null: nothing. */
export const ownStatus = ({ member, invite }: Pick<Membership, 'member' | 'invite'>): OwnStatus | null =>
  member?.status ?? (invite === null ? null : 'invited');

const inviteView = ({ invite }: Pick<Membership, 'invite'>) => ({
  ...(invite === null ? {} : { invited_by: invite.invitedBy }),
  ...(invite === null || invite.untilMs === null ? {} : { invited_until: isoTime(invite.untilMs) }),
});

export const notificationsView = ({ level, untilMs }: NotificationSetting) => ({
  level,
  ...(untilMs === null ? {} : { until: isoTime(untilMs) }),
});

/** Empty for the level `all`. */
export const ownNotifications = ({ notifications }: Pick<ReadState, 'notifications'>) =>
  notifications === null ? {} : { notifications: notificationsView(notifications) };
