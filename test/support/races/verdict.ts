/** What has to hold when a race is over: answers, log, group and devices tell one and the same story. */
import type { GroupType, HistoryEntry } from '@plenum/protocol';
import { checkHistory, type Delivery, type EpochLog, eventually, stateOf } from '@plenum/testkit';
import { expect } from 'vitest';
import type { LogTap } from '../cluster/log-tap.ts';
import type { Answered, Ask, RaceAttempt } from './attempt.ts';

const patient = { timeoutMs: 8000, everyMs: 5 };

export interface RaceGroup {
  /** Of the first epoch, and of those that the race creates. */
  readonly groupTypes: readonly GroupType[];
  readonly maxMembers?: number;
}

export class Verdict {
  readonly #attempt: RaceAttempt;
  readonly #tap: LogTap;
  readonly #group: RaceGroup;

  constructor(attempt: RaceAttempt, tap: LogTap, group: RaceGroup) {
    this.#attempt = attempt;
    this.#tap = tap;
    this.#group = group;
  }

  /** As many entries behind what was arranged as requests that succeeded, and no refusal but those allowed. */
  async expectAnswers(answered: readonly Answered[]): Promise<void> {
    for (const { ask, code } of answered) {
      if (code !== null) expect(ask.refusals, `${ask.type} of ${ask.by}: ${code}`).toContain(code);
    }
    const requests = new Map<string, Map<string, object>>();
    for (const { ask, code, requestId, result } of answered) {
      const key = JSON.stringify(ask.entry);
      const answers = requests.get(key) ?? new Map<string, object>();
      requests.set(key, answers);
      if (code !== null) continue;
      const request = `${ask.by} ${requestId}`;
      expect(result, `the answers to ${request}`).toEqual(answers.get(request) ?? result);
      answers.set(request, result);
    }
    await eventually(() => {
      for (const { ask } of answered) {
        const count = requests.get(JSON.stringify(ask.entry))?.size;
        expect(this.#entriesLike(ask.entry), JSON.stringify(ask.entry)).toHaveLength(count ?? 0);
      }
    }, patient);
  }

  /** The group shows what its log folds to, and history is the log. */
  async expectShown(): Promise<void> {
    const path = `/v1/groups/${this.#attempt.groupId}`;
    await eventually(async () => {
      const [info, history] = await Promise.all([
        this.#attempt.rest('GET', `${path}?include_members=true`),
        this.#attempt.rest('GET', `${path}/messages?after=0&limit=200`),
      ]);
      const log = this.#lastLog();
      if (log.entries.at(-1)?.type === 'deleted') {
        expect([info.status, history.status]).toEqual([404, 404]);
        return;
      }
      const state = stateOf(log);
      expect(info.body).toMatchObject(state);
      expect(Object.keys(Object(info.body['members'])).sort()).toEqual(Object.keys(state.members).sort());
      expect(history.body['entries']).toEqual(log.entries);
    }, patient);
  }

  /** By the log. */
  isReceiver(userId: string): boolean {
    return ['active', 'muted'].includes(this.#statusOf(userId));
  }

  /** Every invariant holds, and no client has a wrong position or status. */
  async expectSound(): Promise<void> {
    await eventually(() => {
      const wrong = [...this.#violations(), ...this.#misled()];
      if (wrong.length > 0) throw new Error(`${JSON.stringify(wrong, null, 1)}\n${this.story()}`);
    }, patient);
  }

  /** For a reader of a failed test. */
  story(): string {
    const { groupId, witnesses } = this.#attempt;
    const log = this.#tap.entriesOf(groupId).map((entry) => JSON.stringify(entry));
    return [`the log of ${groupId}:`, ...log, ...witnesses.map((witness) => witness.story(groupId))].join(
      '\n',
    );
  }

  #violations(): object[] {
    const { groupId, witnesses, sends } = this.#attempt;
    const deliveries = witnesses.map(
      (witness, i): Delivery => ({
        device: `device ${i} of ${witness.userId}`,
        userId: witness.userId,
        groupId,
        presence: witness.isResynced(groupId) ? 'partly' : 'unasked',
        entries: witness.entriesOf(groupId),
      }),
    );
    return checkHistory({ logs: this.#logs(), sends, deliveries });
  }

  #misled(): string[] {
    const { groupId, witnesses } = this.#attempt;
    return witnesses.flatMap((witness) => witness.misledAbout(groupId, this.#statusOf(witness.userId)));
  }
  #statusOf(userId: string): string {
    return new Map(Object.entries(stateOf(this.#lastLog()).members)).get(userId)?.status ?? 'none';
  }

  #entriesLike({ type, orType, ...entry }: Ask['entry']): HistoryEntry[] {
    const wanted = Object.entries(this.#attempt.withUsers(entry));
    const { groupId, arranged } = this.#attempt;
    return this.#tap
      .entriesOf(groupId)
      .slice(arranged)
      .filter((stored) => stored.type === type || stored.type === orType)
      .filter((stored) => {
        const fields = new Map<string, unknown>(Object.entries(stored));
        return wanted.every(([field, value]) => fields.get(field) === value);
      });
  }

  #logs(): EpochLog[] {
    return this.#tap.logsOf(this.#attempt.groupId, this.#group);
  }
  #lastLog(): EpochLog {
    const last = this.#logs().at(-1);
    if (last === undefined) throw new Error('nothing was published');
    return last;
  }
}
