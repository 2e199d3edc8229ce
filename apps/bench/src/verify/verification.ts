/**
 * Runs one verification: members join, send and receive while a fault is injected. Then the history checker of the test kit
 * compares the received entries with the acknowledged sends.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { checkHistory, type Reading, seededDraws, type Violation } from '@plenum/testkit';
import type { Fault } from '../faults/fault.ts';
import type { RunningSystem } from '../systems/system.ts';
import { keepChanging } from './changer.ts';
import { Device, type Traffic } from './device.ts';
import { readAnew } from './reading.ts';
import { type MadeChange, type Recorded, recordedRun, type SentMessage } from './recorded-run.ts';
import { askUntilAnswered, keepSending } from './sender.ts';

export interface VerificationOptions {
  readonly system: Pick<RunningSystem, 'urls' | 'token'>;
  readonly groups: number;
  readonly membersPerGroup: number;
  readonly seconds: number;
  /** Messages per second that each member sends to each group, at most. */
  readonly ratePerSec: number;
  /**
   * Changes of messages per second that each member makes in each group, at most. 0: none, because a node that is driven does
   * not know them.
   */
  readonly changesPerSec: number;
  /** Side by side. */
  readonly during: readonly Fault[];
  /** Part of all user and group ids, so that no two runs share one. */
  readonly runId: string;
  /** Of the choice of changes. Default 1. */
  readonly seed?: number;
  readonly onProgress: (what: string) => void;
  /** Names what serves a URL at the moment, for `traffic`. Default: the URL. */
  readonly serverAt?: (url: string) => string;
}

export interface Verification {
  readonly sends: readonly SentMessage[];
  readonly acked: number;
  readonly changes: readonly MadeChange[];
  /** Number of refused sends by error code, and of refused changes but those of messages that were taken down meanwhile. */
  readonly refused: Readonly<Record<string, number>>;
  readonly unanswered: number;
  readonly entriesSeen: number;
  readonly reconnects: number;
  /** How often a server said that a member's position does not continue. */
  readonly restarts: number;
  readonly faults: readonly FaultOutcome[];
  /** By the name of what served the connection. */
  readonly traffic: ReadonlyMap<string, Traffic>;
  readonly firstOddity: string | null;
  readonly violations: readonly Violation[];
}

export interface FaultOutcome {
  readonly description: string;
  /** Null: it was injected; else why not. */
  readonly problem: string | null;
}

const joinWithinMs = 60_000;
/** After a fault every entry must arrive within 15 s; the other 15 s are for slow machines. */
const healWithinMs = 30_000;
const pollMs = 50;

/** @throws Error with one sentence if a member cannot join */
export async function verifySystem(options: VerificationOptions): Promise<Verification> {
  const devices = await devicesOf(options);
  try {
    for (const device of devices) device.start();
    await joinAll(devices);
    options.onProgress(`${devices.length} members in ${options.groups} groups: sending …`);
    const { faults, ...made } = await sendThrough(devices, options);
    const count = `${made.sends.length} sends, ${made.changes.length} changes`;
    options.onProgress(`${count}: waiting until every member has everything …`);
    await untilComplete(devices, [...made.sends, ...made.changes]);
    const verdict = verdictOf(devices, { ...made, readings: await readingsOf(devices, options) }, faults);
    if (verdict.violations.length === 0) await leaveNothing(devices);
    return verdict;
  } finally {
    await Promise.all(devices.map((device) => device.end()));
  }
}

function devicesOf(options: VerificationOptions): Promise<Device[]> {
  const { system, groups, membersPerGroup, runId, serverAt = (url) => url } = options;
  const groupIds = Array.from({ length: groups }, (_, group) => `v:${runId}:${group}`);
  return Promise.all(
    Array.from({ length: membersPerGroup }, async (_, member) => {
      const userId = `v:${runId}:u${member}`;
      const token = await system.token(userId);
      return new Device({ userId, token, urls: system.urls, firstUrl: member, groupIds, serverAt });
    }),
  );
}

/** The first member creates the groups, all others join them. */
async function joinAll(devices: readonly Device[]): Promise<void> {
  const [creator, ...others] = devices;
  if (creator !== undefined) await enterGroups(creator, 'create_group');
  for (const device of others) await enterGroups(device, 'join_group');
}

async function enterGroups(device: Device, type: 'create_group' | 'join_group'): Promise<void> {
  const givenUp = AbortSignal.any([AbortSignal.timeout(joinWithinMs), device.outOfReach]);
  for (const [groupId, view] of device.views) {
    const args = { group_id: groupId, ...(type === 'create_group' ? { group_type: 'public' } : {}) };
    const asked = { type, args, requestId: `enter ${groupId}` };
    const { outcome } = await askUntilAnswered(device, asked, givenUp);
    if (outcome.type !== 'acked') {
      const why = outcome.type === 'refused' ? outcome.code : (device.connectionProblem ?? 'no answer');
      throw new Error(`${device.userId} could not enter ${groupId}: ${why}`);
    }
    view.entered(outcome);
  }
}

/** Deletes the groups, as their creator. Those of a run with violations stay, so that their logs can be looked at. */
async function leaveNothing([creator]: readonly Device[]): Promise<void> {
  const givenUp = AbortSignal.timeout(healWithinMs);
  for (const groupId of creator?.views.keys() ?? []) {
    const asked = { type: 'delete_group', args: { group_id: groupId }, requestId: `delete ${groupId}` };
    if (creator !== undefined) await askUntilAnswered(creator, asked, givenUp);
  }
}

type Made = Pick<Recorded, 'sends' | 'changes'>;

/** Empty without changes: then nothing is in another state than it was sent in. */
async function readingsOf(
  devices: readonly Device[],
  { changesPerSec }: VerificationOptions,
): Promise<readonly Reading[]> {
  const [reader] = devices;
  if (reader === undefined || changesPerSec === 0) return [];
  return readAnew(reader, healWithinMs);
}

async function sendThrough(
  devices: readonly Device[],
  options: VerificationOptions,
): Promise<Made & { readonly faults: readonly FaultOutcome[] }> {
  const [end, giveUp] = [new AbortController(), new AbortController()];
  const made: { readonly sends: SentMessage[]; readonly changes: MadeChange[] } = { sends: [], changes: [] };
  const { ratePerSec, changesPerSec, seed = 1 } = options;
  const draw = seededDraws(seed);
  const senders = devices.flatMap((device) =>
    [...device.views.keys()].flatMap((groupId) => {
      const shared = { device, groupId, ended: end.signal, givenUp: giveUp.signal };
      const onSent = (sent: SentMessage) => made.sends.push(sent);
      const onChanged = (change: MadeChange) => made.changes.push(change);
      const sending = keepSending({ ...shared, everyMs: 1000 / ratePerSec, onSent });
      if (changesPerSec === 0) return [sending];
      return [sending, keepChanging({ ...shared, everyMs: 1000 / changesPerSec, onChanged, draw })];
    }),
  );
  const faults = await throughFaults(devices, options);
  end.abort();
  const timer = setTimeout(() => giveUp.abort(), healWithinMs);
  await Promise.all(senders);
  clearTimeout(timer);
  return { ...made, faults };
}

/** Takes at least `seconds`, and at least until every fault is over. */
async function throughFaults(
  devices: readonly Device[],
  { seconds, during }: VerificationOptions,
): Promise<readonly FaultOutcome[]> {
  const durationMs = seconds * 1000;
  const [faults] = await Promise.all([
    Promise.all(during.map((fault) => throughFault(fault, devices, durationMs))),
    pause(durationMs),
  ]);
  return faults;
}

async function throughFault(
  fault: Fault,
  devices: readonly Device[],
  durationMs: number,
): Promise<FaultOutcome> {
  const { description, startsAt } = fault;
  await pause(durationMs * startsAt);
  // The load is still judged, and the evidence written.
  const problem = await fault
    .inject(durationMs * (1 - startsAt), devices)
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  return { description, problem };
}

async function untilComplete(
  devices: readonly Device[],
  made: readonly Pick<SentMessage, 'groupId' | 'outcome'>[],
): Promise<void> {
  const deadlineMs = performance.now() + healWithinMs;
  const views = devices.flatMap((device) => [...device.views.values()]);
  const isComplete = () =>
    views.every((view) =>
      made.every(
        ({ groupId, outcome }) => groupId !== view.groupId || outcome.type !== 'acked' || view.has(outcome),
      ),
    );
  while (!isComplete() && performance.now() < deadlineMs) await pause(pollMs);
  // A duplicate comes a little later than the last entry that is needed.
  await pause(pollMs * 4);
}

function verdictOf(
  devices: readonly Device[],
  made: Omit<Recorded, 'views'>,
  faults: readonly FaultOutcome[],
): Verification {
  const { sends, changes } = made;
  const views = devices.flatMap((device) => [...device.views.values()]);
  const refused = new Map<string, number>();
  const asked = [...sends, ...changes.filter(isUnexpected)];
  for (const { outcome } of asked) {
    if (outcome.type === 'refused') refused.set(outcome.code, (refused.get(outcome.code) ?? 0) + 1);
  }
  return {
    sends,
    acked: sends.filter(({ outcome }) => outcome.type === 'acked').length,
    refused: Object.fromEntries(refused),
    changes,
    unanswered: [...sends, ...changes].filter(({ outcome }) => outcome.type === 'unanswered').length,
    entriesSeen: views.reduce((sum, view) => sum + view.size, 0),
    reconnects: devices.reduce((sum, { reconnects }) => sum + reconnects, 0),
    restarts: views.reduce((sum, { restarts }) => sum + restarts, 0),
    faults,
    traffic: trafficOf(devices),
    firstOddity: devices.find(({ firstOddity }) => firstOddity !== null)?.firstOddity ?? null,
    violations: checkHistory(recordedRun({ ...made, views })),
  };
}

/** Its author or the admin may have taken a message down meanwhile. */
const isUnexpected = ({ outcome }: MadeChange): boolean =>
  outcome.type !== 'refused' || outcome.code !== 'message_not_found';

function trafficOf(devices: readonly Device[]): ReadonlyMap<string, Traffic> {
  const sums = new Map<string, Traffic>();
  for (const [server, { acked, received }] of devices.flatMap(({ traffic }) => [...traffic])) {
    const sum = sums.get(server) ?? { acked: 0, received: 0 };
    sums.set(server, { acked: sum.acked + acked, received: sum.received + received });
  }
  return sums;
}
