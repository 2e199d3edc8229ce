/** The engine on Redis behind Sentinels, failed over on purpose and by a kill. */
import type { LogEntry } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import {
  createCommand,
  eventually,
  feedListener,
  messageDraft,
  SentinelSet,
  shippedRules,
} from '@plenum/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EngineUnderTest, startEngine } from '../start-engine.ts';

const patient = { timeoutMs: 20_000, everyMs: 50 };
const groupId = groupIdSchema.parse('g1');

let set: SentinelSet;
let started: EngineUnderTest;
const heard: LogEntry[] = [];
let audits = 0;
beforeEach(async () => {
  heard.length = 0;
  audits = 0;
  set = await SentinelSet.start();
  started = await startEngine({ url: set.url });
  const { engine } = started;
  engine.feeds.listen(
    feedListener({
      onEntry: (_, entry) => heard.push(entry),
      onAuditNeeded: () => {
        audits += 1;
      },
    }),
  );
  await engine.feeds.open(groupId);
  await engine.groups.change(createCommand({ groupId, actor: 'owner' }));
});
afterEach(async () => {
  await started.engine.close();
  await set.stop();
});

async function sendUntilAcked(message: string) {
  const draft = messageDraft({ groupId, sender: 'owner', message, requestId: message });
  const outcome = await eventually(() => started.engine.log.append(draft), patient);
  if (outcome.type !== 'appended') throw new Error(outcome.failure.code);
  return outcome;
}

/** Whatever is published between two links is lost; core's feeds make that good, and here is none. */
const isHeardAgain = () =>
  eventually(async () => {
    const { seq } = await sendUntilAcked(`heard ${performance.now()}`);
    await eventually(() => expect(heard.map((entry) => entry.seq)).toContain(seq), { timeoutMs: 500 });
  }, patient);

test("after a planned failover the log continues in a new epoch that knows the old one's end", async () => {
  const before = await sendUntilAcked('before');
  await set.failover();
  // The old master acknowledges until the node has heard of its successor; what it did is lost with it.
  await eventually(async () => {
    expect((await sendUntilAcked(`after ${performance.now()}`)).epoch).not.toBe(before.epoch);
  }, patient);
  const head = (await started.engine.log.heads([groupId])).get(groupId);
  expect(head?.past).toEqual([{ epoch: before.epoch, endSeq: before.seq }]);
  await isHeardAgain();
});

test('a request that was answered before a failover is answered the same after it', async () => {
  const before = await sendUntilAcked('once');
  await set.failover();
  expect(await sendUntilAcked('once')).toMatchObject({
    isDuplicate: true,
    seq: before.seq,
    epoch: before.epoch,
  });
});

test('after a killed master the engine is ready again, hears, and has asked for an audit', async () => {
  const dead = await set.killMaster();
  await eventually(async () => expect((await started.engine.health()).isReady).toBe(false), patient);
  await set.untilReplaced(dead);
  await eventually(async () => expect((await started.engine.health()).isReady).toBe(true), patient);
  await eventually(() => expect(audits).toBeGreaterThan(0));
  await isHeardAgain();
});

test('a Sentinel that is gone is no hindrance to a failover', async () => {
  const [, second] = set.sentinels;
  await second?.kill();
  const dead = await set.killMaster();
  await set.untilReplaced(dead);
  await isHeardAgain();
});

test('without the only named Sentinel a planned failover still moves every connection', async () => {
  const [, named] = set.sentinels;
  if (named === undefined) throw new Error('there is no Sentinel');
  await using other = await startEngine({
    url: `redis+sentinel://127.0.0.1:${named.port}/main`,
    prefix: started.prefix,
  });
  await named.kill();
  await eventually(async () => {
    const notices = [expect.stringMatching(/None of the 1 servers that REDIS_URL names/)];
    expect(await other.engine.health()).toMatchObject({ isReady: true, notices });
  }, patient);
  const old = await set.master();
  await set.failover();
  await isHeardAgain();
  const { epoch, seq } = await sendUntilAcked('after');
  await eventually(async () => {
    expect((await other.engine.log.heads([groupId])).get(groupId)).toMatchObject({ epoch, seq });
  }, patient);
  await eventually(async () => {
    expect(await set.field(old, 'role', 'INFO', 'replication')).toBe('slave');
    expect(String(await set.ask(old, 'CLIENT', 'LIST'))).not.toContain('name=plenum-reads');
  }, patient);
});

test('behind Sentinels, too, a user who lacks a right is refused at boot by its name', async () => {
  const rules = shippedRules({ password: 'of-the-user', prefix: started.prefix });
  const master = await set.master();
  const urlOf = (user: string) => set.url.replace(/\/\/[^@]*@/, `//${user}:of-the-user@`);
  await set.ask(master, 'ACL', 'SETUSER', 'whole', ...rules);
  await set.ask(master, 'ACL', 'SETUSER', 'mute', ...rules, '-spublish');
  const { prefix } = started;
  await using whole = await startEngine({ url: urlOf('whole'), prefix });
  expect(await whole.engine.health()).toMatchObject({ isReady: true });
  await expect(startEngine({ url: urlOf('mute'), prefix })).rejects.toThrow(
    'The Redis user lacks +spublish: ',
  );
});
