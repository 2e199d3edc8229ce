/** Drives a share of all members: connects and attaches them, sends load, and checks the result at the end. */
import { setTimeout as pause } from 'node:timers/promises';
import { BareDialect } from './bare-dialect.ts';
import { CentrifugoDialect } from './centrifugo-dialect.ts';
import type { Dialect, DialectOptions } from './dialect.ts';
import { Member } from './member.ts';
import { textLengthFor } from './message-text.ts';
import { nowUs } from './monotonic.ts';
import { type Pace, startPace } from './pace.ts';
import { NamedPauses, PlainPauses } from './pauses.ts';
import type { DialectName, Heads, Load, LoadSample, MemberPlan, Plan, Returns, Verdict } from './plan.ts';
import { PlenumDialect } from './plenum-dialect.ts';
import { lostOf } from './receiver.ts';
import { Tally } from './tally.ts';

const connectsAtATime = 32;
const answersWithinMs = 10_000;
/** If nothing has arrived for this long, ms, missing messages count as lost. Long enough for a busy machine. */
const quietMs = 10_000;
const pollMs = 20;

const four = (number: number) => String(number).padStart(4, '0');
/** How the ids of all groups of a run begin. */
export const groupsOf = (runId: string) => `b:${runId}:`;
export const groupIdOf = (runId: string, group: number) => `${groupsOf(runId)}${four(group)}`;
export const userIdOf = (runId: string, group: number, member: number) =>
  `u:${runId}:${four(group)}:${four(member)}`;

const dialects: Readonly<Record<DialectName, new (context: DialectOptions) => Dialect>> = {
  plenum: PlenumDialect,
  bare: BareDialect,
  centrifugo: CentrifugoDialect,
};

export class Generator {
  readonly #members: Member[] = [];
  readonly #senders: Member[] = [];
  readonly #tally = new Tally();
  #pace: Pace | null = null;

  /** Connects members; may be called again for more. @throws Error with one sentence */
  async connect(plan: Plan): Promise<void> {
    const added = plan.members.map((member, i) => this.#memberOf(plan, member, i));
    await inParallel(added, (member) => member.connect());
  }

  /** Attaches creators or others. The creators of all processes must be attached before the others. */
  async attach(who: 'creators' | 'others'): Promise<void> {
    const chosen = this.#members.filter(({ index }) => (index === 0) === (who === 'creators'));
    await inParallel(chosen, (member) => member.attach());
  }

  start(load: Load): void {
    for (const member of this.#members) member.timeDeliveries(load.kind === 'open');
    this.#pace = startPace(load, this.#senders);
  }

  reset(): void {
    this.#tally.deliveryLatency.reset();
    this.#tally.ackLatency.reset();
  }

  /** @returns an encoded histogram of the delivery latency since the last reset */
  latency(): string {
    return this.#tally.deliveryLatency.encode();
  }

  /** Lets all members except the creators leave. */
  async leave(): Promise<void> {
    await inParallel(
      this.#members.filter(({ index }) => index > 0),
      (member) => member.leave(),
    );
  }

  sample(): LoadSample {
    const { user, system } = process.cpuUsage();
    const { acked, delivered, resumed, lastResumedUs } = this.#tally;
    return { atUs: nowUs(), acked, delivered, cpuUs: user + system, resumed, lastResumedUs };
  }

  returns(): Returns {
    const { resumedAtUs: atUs, connectsRefused } = this.#tally;
    return { atUs, connectsRefused };
  }

  /** Ends the sending and waits for the answers. */
  async stop(): Promise<Heads> {
    this.#pace?.stop();
    const deadlineMs = performance.now() + answersWithinMs;
    const unanswered = () => this.#members.reduce((sum, member) => sum + member.unanswered, 0);
    while (unanswered() > 0 && performance.now() < deadlineMs) await pause(pollMs);
    this.#tally.unanswered = unanswered();
    if (this.#tally.unanswered > 0) this.#tally.problem('a send was not answered within 10 s');
    return Object.fromEntries(this.#tally.heads);
  }

  /** Waits until every receiver has everything, or until nothing has arrived for 10 s. Then closes the connections. */
  async settle(heads: Heads): Promise<Verdict> {
    let lost = this.#lost(heads);
    let quietSinceMs = performance.now();
    while (lost > 0 && performance.now() - quietSinceMs < quietMs) {
      await pause(pollMs);
      const left = this.#lost(heads);
      if (left !== lost) quietSinceMs = performance.now();
      lost = left;
    }
    for (const member of this.#members) member.end();
    return this.#verdict(lost);
  }

  #memberOf(plan: Plan, { group, member: index, token, url, refuges = [] }: MemberPlan, i: number): Member {
    const groupId = groupIdOf(plan.runId, group);
    const userId = userIdOf(plan.runId, group, index);
    const { sendersPerGroup, areJoinsCounted = false, arePlain = false, frameBytes, sources } = plan;
    const isCreator = index === 0;
    const context: DialectOptions = {
      ...{ groupId, userId, isCreator, sendersPerGroup, areJoinsCounted, arePlain },
      tally: this.#tally,
    };
    const member = new Member({
      urls: [url, ...refuges],
      token,
      index,
      source: sources === 0 ? null : `127.0.0.${2 + (i % sources)}`,
      textLength: textLengthFor(plan.dialect, { groupId, userId }, frameBytes),
      dialect: new dialects[plan.dialect](context),
      pauses: arePlain ? new PlainPauses() : new NamedPauses(),
      tally: this.#tally,
    });
    this.#members.push(member);
    if (index < sendersPerGroup) this.#senders.push(member);
    return member;
  }

  #lost(heads: Heads): number {
    return this.#members.reduce((sum, { dialect }) => sum + lostOf(dialect.receiver, heads), 0);
  }

  #verdict(lost: number): Verdict {
    const streams = this.#members.flatMap(({ dialect }) => [...dialect.receiver.streams.values()]);
    const { malformed, resyncs, disconnected, unanswered, firstProblem, refused } = this.#tally;
    return {
      lost,
      duplicated: streams.reduce((sum, stream) => sum + stream.duplicated, 0),
      reordered: streams.reduce((sum, stream) => sum + stream.reordered, 0),
      malformed,
      resyncs,
      disconnected,
      unanswered,
      refused: Object.fromEntries(refused),
      firstProblem,
      deliveryLatency: this.#tally.deliveryLatency.encode(),
      ackLatency: this.#tally.ackLatency.encode(),
    };
  }
}

async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: connectsAtATime }, worker));
}
