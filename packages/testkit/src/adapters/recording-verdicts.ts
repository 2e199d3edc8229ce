/** Moderation and authorization for tests. They record their calls, and fail on command. */
import {
  type Authorization,
  type GuardedAction,
  type Moderation,
  type ProposedMessage,
  systemClock,
  type Verdict,
} from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import { type AdapterFault, FaultSwitch } from './fault-switch.ts';

interface Faulty {
  /** Null ends the fault. */
  fault(fault: AdapterFault | null): void;
}
export interface RecordingModeration extends Moderation, Faulty {
  readonly asked: readonly ProposedMessage[];
}
/** @param judge default: everything is allowed */
export function recordingModeration(
  judge: (message: ProposedMessage) => Verdict = () => ({ isAllowed: true }),
  clock = systemClock,
): RecordingModeration {
  const asked: ProposedMessage[] = [];
  const faults = new FaultSwitch(clock);
  return {
    asked,
    fault: (fault) => faults.set(fault),
    check: (message, call) => {
      asked.push(message);
      return faults.play(call, () => judge(message));
    },
  };
}

export interface AskedAction {
  readonly userId: UserId;
  readonly groupId: GroupId;
  readonly action: GuardedAction;
}
export interface RecordingAuthorization extends Authorization, Faulty {
  readonly asked: readonly AskedAction[];
}
/** @param judge default: everything is allowed */
export function recordingAuthorization(
  judge: (asked: AskedAction) => Verdict = () => ({ isAllowed: true }),
  clock = systemClock,
): RecordingAuthorization {
  const asked: AskedAction[] = [];
  const faults = new FaultSwitch(clock);
  return {
    asked,
    fault: (fault) => faults.set(fault),
    authorize: (userId, groupId, action, call) => {
      asked.push({ userId, groupId, action });
      return faults.play(call, () => judge({ userId, groupId, action }));
    },
  };
}
