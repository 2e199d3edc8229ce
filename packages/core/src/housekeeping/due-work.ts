/**
 * Work that becomes due at a time: the ends of mutes and bans, and of memberships by absence. A renewal of the lease
 * finds that something is due; the store is only asked then.
 */
import { nudgeUninvited } from '../feed/uninvited.ts';
import type { DueMutes, EmptyGroups } from '../ports/group-store.ts';
import type { PresenceHousekeeping } from '../ports/presence.ts';
import type { Nudges } from '../ports/pubsub.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { type CanaryEndsDeps, endCanaries } from './canary-ends.ts';
import type { Eraser } from './eraser.ts';
import type { Finding, Findings } from './findings.ts';
import type { MessageTimer } from './message-timer.ts';
import { PartitionRounds } from './partition-rounds.ts';

/** Pause between two looks into the findings, ms. With the renewals, something due waits for at most 1.5 s. */
const lookEveryMs = 250;
/** Pause between two calls for the same partition, ms. */
const callEveryMs = 1000;

interface DueWorkDeps {
  readonly findings: Findings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Ends timed mutes and bans of groups that get no request. Needs no fence: each step is atomic, and a member's send
 * ends due mutes too.
 */
export function idleMutesWork(deps: DueWorkDeps & { readonly dueMutes: DueMutes }): PartitionRounds {
  return dueWork(deps, {
    name: 'idle mutes',
    isDue: ({ isMuteDue }) => isMuteDue,
    call: (partition) => deps.dueMutes.endDueMutes(partition),
  });
}

/**
 * Ends public groups without members, and pushes that to the users who were invited to them. They are due in the same list as mutes. Needs
 * no fence: the step that ends a group looks again.
 */
export function emptyGroupsWork(deps: DueWorkDeps & EmptyGroupsDeps): PartitionRounds {
  return dueWork(deps, {
    name: 'empty groups',
    isDue: ({ isMuteDue }) => isMuteDue,
    call: (partition) => endEmptyGroups(deps, partition),
  });
}

interface EmptyGroupsDeps {
  readonly emptyGroups: EmptyGroups;
  readonly nudges: Pick<Nudges, 'send'>;
}

export async function endEmptyGroups(
  { emptyGroups, nudges }: EmptyGroupsDeps,
  partition: number,
): Promise<void> {
  for (const ended of await emptyGroups.endEmpty(partition)) nudgeUninvited({ nudges }, ended, ended);
}

interface AbsencesDeps {
  readonly presence: PresenceHousekeeping;
  readonly nudges: Pick<Nudges, 'send'>;
}

/** Ends memberships by absence. Needs no fence: an absence is checked again in its own atomic step. */
export function absencesWork(deps: DueWorkDeps & AbsencesDeps): PartitionRounds {
  return dueWork(deps, {
    name: 'absences',
    isDue: ({ isAbsenceDue }) => isAbsenceDue,
    call: async (partition) => {
      for (const ended of await deps.presence.endAbsences(partition)) nudgeUninvited(deps, ended, ended);
    },
  });
}

/**
 * Makes steps of erasures. They are due in the same list as mutes, so that an idle partition costs nothing more. Needs no
 * fence: see {@link Eraser}.
 */
export function erasuresWork(deps: DueWorkDeps & { readonly eraser: Eraser }): PartitionRounds {
  return dueWork(deps, {
    name: 'erasures',
    isDue: ({ isMuteDue }) => isMuteDue,
    call: (partition) => deps.eraser.run(partition),
  });
}

/** Ends canary groups. They are due in the same list as mutes. Needs no fence: see {@link endCanaries}. */
export function canariesWork(deps: DueWorkDeps & CanaryEndsDeps): PartitionRounds {
  return dueWork(deps, {
    name: 'canaries',
    isDue: ({ isMuteDue }) => isMuteDue,
    call: (partition) => endCanaries(deps, partition),
  });
}

/** Takes messages down at their end. They are due in the same list as mutes. Needs no fence: see {@link MessageTimer}. */
export function timedMessagesWork(deps: DueWorkDeps & { readonly timer: MessageTimer }): PartitionRounds {
  return dueWork(deps, {
    name: 'timed messages',
    isDue: ({ isMuteDue }) => isMuteDue,
    call: (partition) => deps.timer.run(partition),
  });
}

interface Due {
  readonly name: string;
  readonly isDue: (finding: Finding) => boolean;
  readonly call: (partition: number) => Promise<unknown>;
}

function dueWork(deps: DueWorkDeps, { name, isDue, call }: Due): PartitionRounds {
  const { findings, clock } = deps;
  const calledAtMs = new Map<number, number>();
  const isWanted = (partition: number): boolean => {
    const finding = findings.of(partition);
    const mayBeDue = finding === null ? findings.isSilent(partition) : isDue(finding);
    return mayBeDue && clock.monotonicMs() - (calledAtMs.get(partition) ?? -callEveryMs) >= callEveryMs;
  };
  const round = async (partitions: readonly number[]): Promise<void> => {
    const wanted = partitions.filter(isWanted);
    for (const partition of wanted) calledAtMs.set(partition, clock.monotonicMs());
    // A partition whose store fails does not stop the others; the round fails after all were tried.
    const ended = await Promise.allSettled(wanted.map(call));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  };
  return new PartitionRounds({ ...deps, name, round, everyMs: lookEveryMs });
}
