/**
 * What a group is after its events: the state that the engine keeps, folded from the archived entries. Ends of mutes, bans and
 * requests that have passed meanwhile stay as they were: the owner ends them with an entry, as for an idle group.
 */
import {
  type Actor,
  type GroupEvent,
  type GroupType,
  type Role,
  SERVICE,
  type UserId,
  userIdSchema,
} from '@plenum/protocol';
import { placeInEntry } from '../groups/commands.ts';
import { defaultGroupSettings, type GroupSettings, type Invite, type InviteLink } from '../groups/records.ts';
import { settingsShown } from '../groups/shown-settings.ts';
import type { RestoredBan, RestoredMember } from '../ports/rebuilding.ts';

const msOf = (timestamp: string | undefined): number | null =>
  timestamp === undefined ? null : Date.parse(timestamp);
/** A user has one role; it is listed in an array on the wire. */
const roleOf = (roles: readonly Role[] | undefined): Role => roles?.[0] ?? 'member';

/** An event about one user. */
interface Told {
  readonly user: UserId;
  readonly actor: Actor;
  readonly event: GroupEvent;
}
type Effect = (group: FoldedGroup, told: Told) => void;

interface Entry extends Pick<RestoredMember, 'status' | 'role'> {
  readonly event: GroupEvent;
  /** Default: the seq of the event. */
  readonly place?: number | undefined;
  readonly endsAtMs?: number | null;
}

const removal: Effect = (group, { user }) => group.remove(user);
const roleChange: Effect = (group, { user, event }) => group.change(user, { role: roleOf(event.roles) });
const endOfInvite: Effect = (group, { user }) => {
  group.invites.delete(user);
};

const effects: Partial<Record<GroupEvent['type'], Effect>> = {
  created: (group, { user, event }) => group.create(user, event),
  joined: (group, { user, event }) => {
    group.useLink(event);
    group.put(user, { event, status: 'active', role: roleOf(event.roles) });
  },
  requested: (group, { user, event }) => group.request(user, event),
  endorsed: ({ accepts }, { user, actor }) => {
    accepts.set(user, [...(accepts.get(user) ?? []).filter((one) => one !== actor), actor]);
  },
  accepted: (group, { user, event }) => {
    const { role = 'member', place } = group.members.get(user) ?? {};
    group.put(user, { event, status: 'active', role, place });
  },
  rejected: removal,
  request_expired: removal,
  left: removal,
  kicked: removal,
  banned: (group, { user, actor, event }) => group.ban(user, actor, event),
  unbanned: ({ bans }, { user }) => {
    bans.delete(user);
  },
  muted: (group, { user, event }) =>
    group.change(user, { status: 'muted', endsAtMs: msOf(event.muted_until) }),
  unmuted: (group, { user }) => group.change(user, { status: 'active', endsAtMs: null }),
  promoted: roleChange,
  demoted: roleChange,
  invited: ({ invites }, { user, actor, event }) => {
    invites.set(user, { invitedBy: actor, untilMs: msOf(event.invited_until) });
  },
  invite_declined: endOfInvite,
  invite_revoked: endOfInvite,
};

function actorOf({ user_id: user, actor_id: actor = user }: GroupEvent): Actor {
  return userIdSchema.safeParse(actor).data ?? SERVICE;
}

export class FoldedGroup {
  readonly members = new Map<UserId, RestoredMember>();
  readonly bans = new Map<UserId, RestoredBan>();
  readonly keptMutes = new Map<UserId, number | null>();
  readonly invites = new Map<UserId, Invite>();
  readonly links = new Map<string, InviteLink>();
  readonly notes = new Map<UserId, string>();
  readonly accepts = new Map<UserId, Actor[]>();
  settings: GroupSettings = defaultGroupSettings;
  /** Null: the entry `created` is of a version that did not show it. */
  groupType: GroupType | null = null;
  creator: UserId | null = null;
  createdAtMs = 0;
  changedSeq = 1;
  isDeleted = false;
  /** False: settings are of a later version, so it is not known what the group allows. */
  areSettingsKnown = true;

  /** Applies the next event of the log. An event about a user that the archive never saw come changes nothing. */
  apply(event: GroupEvent): void {
    const user = userIdSchema.safeParse(event.user_id);
    if (user.success) effects[event.type]?.(this, { user: user.data, actor: actorOf(event), event });
    if (event.type === 'deleted') this.isDeleted = true;
    if (event.type === 'updated') this.#update(event);
    if (event.type === 'members_changed') this.#changeMembers(event);
    if (event.type === 'link_created') this.#addLink(event);
    if (event.type === 'link_revoked' && event.link_id !== undefined) this.links.delete(event.link_id);
  }

  create(user: UserId, event: GroupEvent): void {
    this.creator = user;
    this.createdAtMs = Date.parse(event.timestamp);
    this.groupType = event.group_type ?? null;
    this.settings = defaultGroupSettings;
    this.#take(event.settings);
    this.put(user, { event, status: 'active', role: 'admin' });
  }

  /** The user becomes a member or an applicant; what waited for that ends. No entry says that a ban has ended by itself. */
  put(user: UserId, { event, status, role, place = event.seq, endsAtMs = null }: Entry): void {
    for (const left of [this.bans, this.invites, this.notes, this.accepts, this.keptMutes]) left.delete(user);
    const since = { joinedAtMs: Date.parse(event.timestamp), sinceSeq: event.seq };
    this.members.set(user, { userId: user, status, role, ...since, place, endsAtMs });
  }

  change(user: UserId, changes: Partial<Pick<RestoredMember, 'status' | 'role' | 'endsAtMs'>>): void {
    const member = this.members.get(user);
    if (member !== undefined) this.members.set(user, { ...member, ...changes });
  }

  request(user: UserId, event: GroupEvent): void {
    this.useLink(event);
    const { role = 'member', place } = this.members.get(user) ?? {};
    const { requestTtlMs } = this.settings;
    const endsAtMs = requestTtlMs === null ? null : Date.parse(event.timestamp) + requestTtlMs;
    const kept = this.#keptMuteOf(user);
    this.put(user, { event, status: 'pending', role, place, endsAtMs });
    if (kept !== undefined) this.keptMutes.set(user, kept);
    if (event.note !== undefined) this.notes.set(user, event.note);
  }

  /** @returns the end of a mute that outlasts the membership; undefined: there is none */
  #keptMuteOf(user: UserId): number | null | undefined {
    const known = this.members.get(user);
    if (known?.status !== 'muted') return this.keptMutes.get(user);
    return this.settings.muteSurvivesRejoin ? known.endsAtMs : undefined;
  }

  remove(user: UserId): void {
    const kept = this.#keptMuteOf(user);
    if (kept !== undefined) this.keptMutes.set(user, kept);
    for (const ended of [this.members, this.notes, this.accepts]) ended.delete(user);
  }

  ban(user: UserId, bannedBy: Actor, event: GroupEvent): void {
    this.remove(user);
    this.invites.delete(user);
    const when = { atMs: Date.parse(event.timestamp), seq: event.seq, untilMs: msOf(event.banned_until) };
    this.bans.set(user, { userId: user, bannedBy, reason: event.reason ?? null, ...when });
  }

  useLink({ link_id: linkId }: GroupEvent): void {
    const link = linkId === undefined ? undefined : this.links.get(linkId);
    if (link !== undefined) this.links.set(link.linkId, { ...link, uses: link.uses + 1 });
  }

  #changeMembers(event: GroupEvent): void {
    let added = 0;
    for (const { user_id: user, status, roles } of event.members ?? []) {
      if (status === 'none') {
        this.remove(user);
        continue;
      }
      const endsAtMs = status === 'muted' ? (this.keptMutes.get(user) ?? null) : null;
      const place = placeInEntry(event.seq, added);
      added += 1;
      this.put(user, { event, status, role: roleOf(roles), place, endsAtMs });
    }
  }

  #addLink(event: GroupEvent): void {
    const { link_id: linkId, max_uses: maxUses = null, timestamp, expires_at: until } = event;
    if (linkId === undefined) return;
    const link = { linkId, createdBy: actorOf(event), createdAtMs: Date.parse(timestamp), maxUses };
    this.links.set(linkId, { ...link, untilMs: msOf(until), uses: 0 });
  }

  #update({ seq, changes }: GroupEvent): void {
    this.changedSeq = seq;
    this.#take(changes);
  }

  #take(shown: Readonly<Record<string, unknown>> = {}): void {
    const settings = settingsShown(shown);
    if (settings === null) this.areSettingsKnown = false;
    else this.settings = { ...this.settings, ...settings };
  }
}
