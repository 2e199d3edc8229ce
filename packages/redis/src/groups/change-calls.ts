/** Maps each command to its script, with the keys and arguments. */
import {
  type CreateGroup,
  type GroupCommand,
  type GroupSettings,
  queueLimitOf,
  retentionView,
  shownAtCreation,
  type UpdateGroup,
} from '@plenum/core';
import { limits, SERVICE, type UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import {
  type GroupDeps,
  groupArgValues,
  groupKeyValues,
  stateKeyValues,
} from '../script-calls/group-header.ts';
import * as scripts from '../script-calls/index.ts';
import { escapeForJson } from '../script-calls/index.ts';
import { letterOfRole } from '../script-calls/member-record.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import { retentionText, sendingText } from '../script-calls/sending.ts';
import type { Move } from './user-index.ts';

type Answered = Exclude<scripts.ChangeReply, { type: 'late' }>;

const flag = (isSet: boolean): '0' | '1' => (isSet ? '1' : '0');

/** The user that is changed; `$service` only for a delete. */
const subjectOf = (command: GroupCommand): string => ('userId' in command ? command.userId : command.actor);

/**
 * The user that becomes a member or an applicant, or is invited, so that the group must be in its index; null for all other changes. An
 * accept is none of them: its user has applied, so the group is in the index already.
 */
export function joinerOf(command: GroupCommand): UserId | null {
  switch (command.operation) {
    case 'create':
      return command.actor;
    case 'join':
    case 'invite':
      return command.userId;
    default:
      return null;
  }
}

/** The change of a user's own membership, which takes a token from its membership bucket; null for any other command. */
export function moveOf(command: GroupCommand): Move | null {
  const { operation, actor, groupId } = command;
  if (actor === SERVICE) return null;
  if (operation !== 'create' && operation !== 'join' && operation !== 'leave') return null;
  return {
    userId: operation === 'create' ? actor : command.userId,
    groupId,
    isEntering: operation !== 'leave',
  };
}

/** The scope of a remembered answer, as the script of the operation declares it: see recall() in lua/lib/dedupe.lua. */
function scopeOf(command: GroupCommand): 'log' | 'living' {
  const mayBegin =
    command.operation === 'join' && command.createsPublic && !command.admit && command.linkId === null;
  return mayBegin || command.operation === 'create' ? 'living' : 'log';
}

export const recallArgs = (command: GroupCommand, { keys }: GroupDeps) => ({
  keys: {
    group: keys.group(command.groupId),
    dedupe: keys.dedupe(command.groupId, command.actor, command.request.id),
  },
  args: { payloadHash: command.request.payloadHash, scope: scopeOf(command) },
});

type Requested = Pick<GroupCommand, 'groupId' | 'actor' | 'request'>;

/** The keys of every change. */
export const changeKeyValues = ({ groupId, actor, request }: Requested, keys: Keys) => ({
  ...groupKeyValues(groupId, keys),
  ...stateKeyValues(groupId, keys),
  links: keys.links(groupId),
  dedupe: keys.dedupe(groupId, actor, request.id),
  groups: keys.groups(groupId),
  on: keys.on(groupId),
  reads: keys.reads(groupId),
  bucket: keys.changeBucket(groupId, actor),
});

const argsOf = (command: GroupCommand, deps: GroupDeps) => ({
  ...groupArgValues(command.groupId, deps),
  userId: subjectOf(command),
  actor: command.actor,
  requestId: escapeForJson(command.request.id),
  payloadHash: command.request.payloadHash,
  rememberMs: command.request.rememberMs,
  ...costsOf(command, deps),
});

/** The cost of a change: a token of the acting user, and room in the room queue. The service needs no token. */
function costsOf({ operation, actor, isAdmitted = false }: GroupCommand, { settings }: GroupDeps) {
  const queueLimit = settings.isQueueCounted ? queueLimitOf(operation, settings.roomQueueLimit) : null;
  return {
    ratePerSec: actor === SERVICE || isAdmitted ? '' : settings.changeRatePerSec,
    rateBurst: settings.changeRateBurst,
    queueLimit: queueLimit ?? '',
  };
}

/** Which limits the acting user has reached. */
export interface FullQuotas {
  readonly isGroupsFull: boolean;
  readonly isRequestsFull: boolean;
}

/**
 * Runs the script of the command's operation.
 * @param deps `isTrial` ends the script after its last check: it takes the token but does not make the change
 */
export function runChange(
  calls: ScriptCalls,
  command: GroupCommand,
  deps: GroupDeps & FullQuotas & { readonly isTrial: boolean },
): Promise<Answered> {
  const keys = changeKeyValues(command, deps.keys);
  const common = { ...argsOf(command, deps), isTrial: flag(deps.isTrial) };
  const withExtra =
    <E extends object>(extra: E) =>
    (deadlineMs: number) => ({ ...common, deadlineMs, ...extra });
  switch (command.operation) {
    case 'create': {
      const { groupType, settings, isByService } = command;
      const given = { groupType, ...settingsArgs(settings), isByService: flag(isByService === true) };
      return calls.change(scripts.createGroup, {
        keys,
        args: withExtra({ ...given, shown: shownFields(command) }),
      });
    }
    case 'join': {
      const extra = {
        isEnsured: flag(command.ensure),
        isAdmitted: flag(command.admit),
        pendingMax: limits.pendingMax,
        createsPublic: command.createsPublic && deps.isGroupsFull ? 'full' : flag(command.createsPublic),
        requestsMax: deps.isRequestsFull ? deps.settings.requestsPerUserMax : '',
        note: command.note === null ? '' : JSON.stringify(command.note),
        linkId: command.linkId ?? '',
      };
      return calls.change(scripts.joinGroup, { keys, args: withExtra(extra) });
    }
    case 'update':
      return calls.change(scripts.updateGroup, {
        keys,
        args: withExtra({ ...updateArgs(command.changes), ifSeq: command.ifSeq ?? '' }),
      });
    case 'mute':
      return calls.change(scripts.muteMember, { keys, args: withExtra(spanArgs(command)) });
    case 'ban': {
      const { bansPerGroupMax } = deps.settings;
      const bansMax = bansPerGroupMax === 0 ? '' : bansPerGroupMax;
      const extra = { ...spanArgs(command), ...reasonArgs(command), bansMax };
      return calls.change(scripts.banMember, { keys, args: withExtra(extra) });
    }
    case 'invite': {
      const extra = { ...spanArgs(command), invitesMax: deps.settings.invitesPerGroupMax };
      return calls.change(scripts.inviteMember, { keys, args: withExtra(extra) });
    }
    case 'create_link': {
      const { linkId, nonce, maxUses } = command;
      const linksMax = deps.settings.linksPerGroupMax;
      const extra = { linkId, nonce, maxUses: maxUses ?? '', ...spanArgs(command), linksMax };
      return calls.change(scripts.createLink, { keys, args: withExtra(extra) });
    }
    case 'revoke_link':
      return calls.change(scripts.revokeLink, { keys, args: withExtra({ linkId: command.linkId }) });
    case 'promote':
      return calls.change(scripts.promoteMember, {
        keys,
        args: withExtra({ role: letterOfRole[command.role] }),
      });
    case 'leave':
    case 'decline_invite':
    case 'revoke_invite':
    case 'demote':
    case 'transfer':
    case 'delete':
      return calls.change(plain[command.operation], { keys, args: withExtra({}) });
    default:
      return calls.change(decisions[command.operation], { keys, args: withExtra(reasonArgs(command)) });
  }
}

const reasonArgs = ({ reason }: { readonly reason: string | null }) => ({
  reason: reason === null ? '' : JSON.stringify(reason),
});
const spanArgs = ({ forMs }: { readonly forMs: number | null }) => ({ forMs: forMs ?? '' });

const settingsArgs = ({ maxMembers, ephemeral, history, metadata, ...rest }: GroupSettings) => ({
  maxMembers: maxMembers ?? '',
  isEphemeral: flag(ephemeral),
  history,
  metadata: metadata ?? '',
  sending: sendingText(rest),
  editWindowMs: rest.editWindowMs,
  acceptsNeeded: rest.acceptsNeeded === 1 ? '' : rest.acceptsNeeded,
  muteSurvivesRejoin: rest.muteSurvivesRejoin ? '1' : '',
  idReservedMs: rest.idReservedMs === 0 ? '' : rest.idReservedMs,
  requestTtlMs: rest.requestTtlMs ?? '',
});

/** The fields of the entry `created` that show what the group is, as JSON text that begins with a comma. */
function shownFields({ groupType, settings }: CreateGroup): string {
  const shown = shownAtCreation(settings);
  const more = shown === undefined ? '' : `,"settings":${JSON.stringify(shown)}`;
  return `,"group_type":"${groupType}"${more}`;
}

/** Formats the changes for the script: an empty argument keeps the value, `null` removes it. */
const updateArgs = (changes: UpdateGroup['changes']) => ({
  maxMembers: changes.maxMembers === undefined ? '' : String(changes.maxMembers),
  history: changes.history ?? '',
  metadata: changes.metadata === undefined ? '' : (changes.metadata ?? 'null'),
  posting: changes.posting ?? '',
  slowModeMs: changes.slowModeMs ?? '',
  editWindowMs: changes.editWindowMs ?? '',
  acceptsNeeded: changes.acceptsNeeded ?? '',
  muteSurvivesRejoin: changes.muteSurvivesRejoin === undefined ? '' : String(changes.muteSurvivesRejoin),
  idReservedMs: changes.idReservedMs ?? '',
  retention:
    changes.retention === undefined
      ? ''
      : changes.retention === null
        ? 'null'
        : retentionText(changes.retention),
  retentionJson: changes.retention === undefined ? '' : JSON.stringify(retentionView(changes.retention)),
  requestTtlMs: changes.requestTtlMs === undefined ? '' : String(changes.requestTtlMs),
  membershipEvents: changes.membershipEvents ?? '',
});

const plain = {
  leave: scripts.leaveGroup,
  decline_invite: scripts.declineInvite,
  revoke_invite: scripts.revokeInvite,
  demote: scripts.demoteMember,
  transfer: scripts.transferGroup,
  delete: scripts.deleteGroup,
} as const;

const decisions = {
  accept: scripts.acceptMember,
  reject: scripts.rejectMember,
  unmute: scripts.unmuteMember,
  kick: scripts.kickMember,
  unban: scripts.unbanMember,
} as const;
