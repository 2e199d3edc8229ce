/**
 * Messages that are taken down while they are read at every door, and while the archive and the notifier are slow: after the
 * answer their texts are nowhere. One group has a log so short that most of its messages are in the archive only, and for
 * most of the time the archive learns of no change. `TAKE_DOWNS` makes a long run of it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually, startFaultProxy, startPostgres } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { Device } from '../support/devices/device.ts';
import { DoomedMessages } from '../support/take-downs/doomed-messages.ts';
import { fillLog, keptAtLeast } from '../support/take-downs/filler.ts';
import { HeldArchive } from '../support/take-downs/held-archive.ts';
import { LateReaders } from '../support/take-downs/late-readers.ts';
import { Marks } from '../support/take-downs/marks.ts';
import { SlowNotifier } from '../support/take-downs/slow-notifier.ts';
import { textsInPostgres, textsInRedis } from '../support/take-downs/stored-texts.ts';
import { devTokenOf, httpRequest } from '../support/wire/http.ts';

const takeDowns = Number(process.env['TAKE_DOWNS'] ?? 80);
const writersAtOnce = 6;
const readersAtOnce = 4;
const postgresDelayMs = 20;
const fillEveryMs = 2000;
const groupIds = ['hall', 'yard'];
const retentionOf: Readonly<Record<string, object>> = {
  yard: { retention: { max_entries: keptAtLeast } },
};
const users = ['owner', 'ann', 'bob', 'cyd'];
/** Of what is on its way to a slow archive. */
const patience = { timeoutMs: 60_000, everyMs: 500 };

/** Finds texts that a device gets after the entry of their take-down. */
function watch(device: Device, doomed: DoomedMessages, leaks: string[]): void {
  const ended = new Set<string>();
  device.socket.onAny((event: string, payload: unknown) => {
    const text = JSON.stringify(payload);
    for (const [mark] of text.matchAll(/mark[0-9a-f]{16}/g)) {
      if (ended.has(mark)) leaks.push(`push ${event}: ${mark}`);
    }
    const { type, message_id } = Object(payload);
    if (event !== 'message_event' || type !== 'deleted') return;
    for (const mark of doomed.sent.get(message_id)?.marks ?? []) ended.add(mark);
  });
}

async function membersOf(cluster: Cluster): Promise<Device[]> {
  const devices = await Promise.all(
    users.map(async (userId, at) => {
      const url = cluster.urls[at % cluster.urls.length] ?? cluster.url;
      return new Device(url, await devTokenOf(url, userId)).connected();
    }),
  );
  for (const group_id of groupIds) {
    await devices[0]?.must('create_group', { group_id, group_type: 'public', ...retentionOf[group_id] });
    await Promise.all(devices.slice(1).map((device) => device.must('join_group', { group_id })));
  }
  return devices;
}

test(
  `${takeDowns} messages that were taken down are in no answer, push, webhook or store`,
  async () => {
    await using postgres = await startPostgres();
    await using slowArchive = await startFaultProxy({ targetPort: Number(new URL(postgres.url).port) });
    await using notifier = await SlowNotifier.start();
    await using cluster = await Cluster.start({
      ...notifier.environment,
      PLENUM_ARCHIVE_URL: postgres.url.replace(/:\d+\//, `:${slowArchive.port}/`),
      PLENUM_LEASE_TTL_MS: '1500',
      PLENUM_ROOM_QUEUE_LIMIT: '100000',
    });
    slowArchive.delay(postgresDelayMs);
    const devices = await membersOf(cluster);
    await using _ = {
      [Symbol.asyncDispose]: async () => {
        for (const { socket } of devices) socket.disconnect();
      },
    };
    const marks = new Marks();
    const rest = (method: string, path: string, call: object) =>
      httpRequest(method, `${cluster.url}${path}`, call);
    const takenDownAfterMs = (groupId: string) => Math.random() * (groupId === 'yard' ? 4000 : 400);
    const doomed = new DoomedMessages({ groupIds, devices, marks, rest, takenDownAfterMs });
    const readers = new LateReaders({
      ...{ urls: cluster.urls, groupIds, devices, marks, doomed },
      ...{ userId: 'ann', token: await devTokenOf(cluster.url, 'ann') },
    });
    for (const device of devices) watch(device, doomed, readers.leaks);

    let begun = 0;
    let isOver = false;
    await using held = await HeldArchive.connect(postgres.url);
    await eventually(() => held.hold(), patience);
    await held.release();
    let isWritten = false;
    const holding = held.holdWhile(() => isWritten);
    const filling = (async () => {
      while (!isWritten) {
        await fillLog(cluster.url, 'yard');
        await pause(fillEveryMs);
      }
    })();
    const writing = Array.from({ length: writersAtOnce }, async () => {
      while (begun < takeDowns && readers.leaks.length === 0) {
        begun += 1;
        await doomed.write();
      }
    });
    const reading = Array.from({ length: readersAtOnce }, () => readers.read(() => isOver));
    const scanning = (async () => {
      do {
        const begunAtMs = Date.now();
        for await (const { at, text } of textsInRedis(cluster.admin)) readers.judge(at, text, begunAtMs);
      } while (!isOver);
    })();
    try {
      try {
        await Promise.all(writing);
      } finally {
        isWritten = true;
        await Promise.all([holding, filling]);
      }
      // What waits for the adapters is delivered meanwhile.
      await eventually(async () => {
        const leaks: string[] = [];
        for await (const { at, text } of textsInPostgres(postgres.url))
          leaks.push(...marks.leaksIn(text, Number.POSITIVE_INFINITY).map((mark) => `${at}: ${mark}`));
        expect(leaks).toEqual([]);
      }, patience);
    } finally {
      isOver = true;
      await Promise.all([...reading, scanning]);
    }
    for (const { begunAtMs, text } of notifier.calls) readers.judge('a notice', text, begunAtMs);
    expect(readers.leaks).toEqual([]);
    expect(marks.gone.length).toBeGreaterThanOrEqual(2 * takeDowns);
    expect(readers.answers.size).toBe(10);
    process.stdout.write(`take-downs: ${JSON.stringify(Object.fromEntries(readers.answers))}\n`);
    const archived: string[] = [];
    for await (const { at, text } of textsInPostgres(postgres.url))
      if (at.endsWith('plenum_message_states')) archived.push(text);
    expect(archived).toHaveLength(doomed.sent.size);
  },
  60_000 + takeDowns * 1000,
);
