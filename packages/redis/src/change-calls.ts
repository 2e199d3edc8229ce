/** Which script a command runs, and with what. */
import {
  type EngineSettings,
  type GroupCommand,
  type GroupSettings,
  groupRoom,
  type Random,
} from '@plenum/core';
import { limits, type UserId } from '@plenum/protocol';
import type { Keys } from './keys.ts';
import type { ScriptCalls } from './script-calls.ts';
import * as scripts from './scripts/index.ts';
import { escapeForJson } from './wire.ts';

type Answered = Exclude<scripts.ChangeReply, { word: 'late' }>;

export interface ChangeContext {
  readonly keys: Keys;
  readonly random: Random;
  readonly settings: EngineSettings;
}

const flag = (isSet: boolean): '0' | '1' => (isSet ? '1' : '0');

/** Whom the change concerns; `$service` only where it deletes. */
const subjectOf = (command: GroupCommand): string => ('userId' in command ? command.userId : command.actor);

/**
 * The user who becomes a member or an applicant, and so needs the group in his index; null for all other changes. An
 * applicant has it there already: writing it for whomever an accept names would let anybody fill a stranger's index.
 */
export function joinerOf(command: GroupCommand): UserId | null {
  switch (command.operation) {
    case 'create':
      return command.actor;
    case 'join':
      return command.userId;
    default:
      return null;
  }
}

const keysOf = ({ groupId, actor, request }: GroupCommand, keys: Keys) => ({
  group: keys.group(groupId),
  members: keys.members(groupId),
  receivers: keys.receivers(groupId),
  pending: keys.pending(groupId),
  mutes: keys.mutes(groupId),
  log: keys.log(groupId),
  dedupe: keys.dedupe(groupId, actor, request.id),
  outbox: keys.outbox(groupId),
  due: keys.due(groupId),
  groups: keys.groups(groupId),
});

function argsOf(command: GroupCommand, { keys, random, settings }: ChangeContext) {
  const { groupId, actor, request } = command;
  return {
    groupId,
    userId: subjectOf(command),
    actor,
    requestId: escapeForJson(request.id),
    payloadHash: request.payloadHash,
    rememberMs: request.rememberMs,
    epochOffer: random.token(),
    room: groupRoom(groupId),
    channel: keys.groupChannel(groupId),
    historyMaxEntries: settings.historyMaxEntries,
    historyMaxAgeMs: settings.historyMaxAgeMs,
    isOutboxWritten: flag(settings.isOutboxWritten),
  };
}

/** Runs the script of the command's operation. */
export function runChange(
  calls: ScriptCalls,
  command: GroupCommand,
  context: ChangeContext,
): Promise<Answered> {
  const keys = keysOf(command, context.keys);
  const common = argsOf(command, context);
  const withExtra =
    <E extends object>(extra: E) =>
    (deadlineMs: number) => ({ ...common, deadlineMs, ...extra });
  switch (command.operation) {
    case 'create': {
      const { groupType, settings } = command;
      return calls.change(scripts.createGroup, {
        keys,
        args: withExtra({ groupType, ...settingsArgs(settings) }),
      });
    }
    case 'join': {
      const extra = {
        isEnsured: flag(command.ensure),
        isAdmitted: flag(command.admit),
        pendingMax: limits.pendingMax,
      };
      return calls.change(scripts.joinGroup, { keys, args: withExtra(extra) });
    }
    case 'leave':
      return calls.change(scripts.leaveGroup, { keys, args: withExtra({}) });
    case 'delete':
      return calls.change(scripts.deleteGroup, { keys, args: withExtra({}) });
    case 'mute':
      return calls.change(scripts.muteMember, { keys, args: withExtra({ forMs: command.forMs ?? '' }) });
    default: {
      const reason = command.reason === null ? '' : JSON.stringify(command.reason);
      return calls.change(decisions[command.operation], { keys, args: withExtra({ reason }) });
    }
  }
}

const settingsArgs = ({ maxMembers, ephemeral, history, metadata }: GroupSettings) => ({
  maxMembers: maxMembers ?? '',
  isEphemeral: flag(ephemeral),
  history,
  metadata: metadata ?? '',
});

const decisions = {
  accept: scripts.acceptMember,
  reject: scripts.rejectMember,
  unmute: scripts.unmuteMember,
  kick: scripts.kickMember,
} as const;
