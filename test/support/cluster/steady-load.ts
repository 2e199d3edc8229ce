/**
 * Members on every node who send one message after the other, each until it is acknowledged, while the test breaks
 * something; and what must be true of log and devices afterwards.
 */
import { eventually } from '@plenum/testkit';
import { expect } from 'vitest';
import type { AnyAnswer, Device } from '../devices/device.ts';
import type { Cluster } from './cluster.ts';

interface Acked {
  readonly groupId: string;
  readonly message: string;
  readonly epoch: string;
  readonly seq: number;
}

interface Stored {
  readonly seq: number;
  readonly epoch: string;
  readonly message?: string;
}

/** Everything is normal again this soon after the last fault. */
const normalAgain = { timeoutMs: 15_000, everyMs: 100 };
const pageSize = 200;
const pauseMs = 20;

export class SteadyLoad {
  readonly groupIds: readonly string[];
  readonly acked: Acked[] = [];
  /** Every answer that was no success, by group. */
  readonly failures: { readonly groupId: string; readonly code: string }[] = [];
  readonly #devices: readonly Device[];
  readonly #sending: Promise<void>[] = [];
  #isOver = false;

  private constructor(devices: readonly Device[], groupIds: readonly string[]) {
    this.#devices = devices;
    this.groupIds = groupIds;
  }

  /** One member per node, all in all groups, each sending to each group. */
  static async start(cluster: Cluster, groupIds: readonly string[]): Promise<SteadyLoad> {
    const devices = await cluster.onEachNode(['ada', 'bob', 'cyd']);
    const [ada, ...others] = devices;
    for (const group_id of groupIds) {
      await ada?.must('create_group', { group_id, group_type: 'public' });
      for (const device of others) await device.must('join_group', { group_id });
    }
    const load = new SteadyLoad(devices, groupIds);
    for (const [d, device] of devices.entries()) {
      for (const groupId of groupIds) load.#sending.push(load.#send(device, groupId, `device ${d}`));
    }
    return load;
  }

  /** Resolves when every group has acknowledged this many more messages. */
  async until(more: number, groupIds = this.groupIds): Promise<void> {
    const count = (groupId: string) => this.acked.filter((acked) => acked.groupId === groupId).length;
    const wanted = new Map(groupIds.map((groupId) => [groupId, count(groupId) + more]));
    await eventually(() => {
      for (const [groupId, least] of wanted) expect(count(groupId)).toBeGreaterThanOrEqual(least);
    }, normalAgain);
  }

  /** Ends the load, lets everything arrive, and judges. */
  async judge(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#sending);
    for (const groupId of this.groupIds) await this.#isNormal(groupId);
    for (const groupId of this.groupIds) await this.#judgeGroup(groupId);
  }

  async #send(device: Device, groupId: string, name: string): Promise<void> {
    for (let i = 0; !this.#isOver; i += 1) {
      const message = `${groupId}, ${name}, ${i}`;
      const { epoch, seq } = await this.#untilAcked(device, groupId, message);
      this.acked.push({ groupId, message, epoch: String(epoch), seq: Number(seq) });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #untilAcked(device: Device, groupId: string, message: string): Promise<Record<string, unknown>> {
    for (;;) {
      const answer = await device.send(groupId, message, message).catch((): AnyAnswer | null => null);
      if (answer?.success === true) return answer.result;
      this.failures.push({ groupId, code: answer?.code ?? 'no answer' });
      if (answer !== null) expect(answer).toMatchObject({ can_retry: true });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** A message from each node reaches all devices. */
  async #isNormal(groupId: string): Promise<void> {
    for (const [d, device] of this.#devices.entries()) {
      const message = `${groupId}, normal again ${d}`;
      await eventually(async () => {
        await device.must('relay_msg', { group_id: groupId, message }, message);
      }, normalAgain);
      for (const other of this.#devices) {
        await eventually(
          () => expect(other.messages(groupId).map((one) => one.message)).toContain(message),
          normalAgain,
        );
      }
    }
  }

  async #judgeGroup(groupId: string): Promise<void> {
    const log = await this.#log(groupId);
    const messages = log.flatMap(({ message }) => (message === undefined ? [] : [message]));
    expect(new Set(messages).size, 'a message is stored once').toBe(messages.length);
    expect(
      log.map(({ seq }) => seq),
      'the log is dense',
    ).toEqual(log.map((_, i) => i + 1));
    const bySeq = new Map(log.map((entry) => [entry.seq, entry]));
    const lost = this.acked.filter(
      (acked) => acked.groupId === groupId && bySeq.get(acked.seq)?.message !== acked.message,
    );
    for (const device of this.#devices) this.#judgeDevice(device, groupId, bySeq, lost);
    // Loss is possible where replication is asynchronous; then it ended an epoch.
    for (const { epoch } of lost) expect(log.at(-1)?.epoch).not.toBe(epoch);
  }

  #judgeDevice(
    device: Device,
    groupId: string,
    log: ReadonlyMap<number, Stored>,
    lost: readonly Acked[],
  ): void {
    const resyncs = device.pushes('resync').filter((push) => push['group_id'] === groupId);
    const hasSeenLost = device
      .messages(groupId)
      .some(({ seq, message }) => log.get(seq)?.message !== message);
    if (hasSeenLost || lost.length > 0) expect(resyncs.length, 'loss is reported').toBeGreaterThan(0);
    if (resyncs.length > 0) return;
    const seqs = device.seqs(groupId);
    expect(seqs, 'without a resync everything comes once and in order').toEqual(
      seqs.map((_, i) => (seqs[0] ?? 0) + i),
    );
    expect(seqs.at(-1)).toBe(Math.max(...log.keys()));
  }

  async #log(groupId: string): Promise<readonly Stored[]> {
    const [device] = this.#devices;
    const entries: Stored[] = [];
    for (let after = 0; ; after = entries.at(-1)?.seq ?? after) {
      const page = await device?.must('history', { group_id: groupId, after, limit: pageSize });
      const rows = page?.['entries'] as Stored[];
      entries.push(...rows);
      if (rows.length === 0) return entries;
    }
  }
}
