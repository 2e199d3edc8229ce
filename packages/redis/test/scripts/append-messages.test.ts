import { isoTime } from '@plenum/core';
import { deleteCommand, kickCommand, messageDraft, seededRandom } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, user } from './stage.ts';

const refusedWith = (code: string) => ({ type: 'refused', failure: { code } });

onEveryRedis((open) => {
  test('a message is stored and published as the push that members get', async () => {
    const stage = open();
    const { epoch } = await stage.create();
    await stage.admit('u1');
    const heard = await stage.listen();
    const message = 'say "\\ \u2028 é 😀"';
    const draft = messageDraft({ groupId, sender: 'u1', requestId: 'a "b\\ c', message });
    const appended = await stage.log.append(draft);
    const timestampMs = appended.type === 'appended' ? appended.timestampMs : 0;
    expect(appended).toEqual({
      type: 'appended',
      isDuplicate: false,
      epoch,
      seq: 3,
      messageId: `${epoch}-3`,
      recipientsCount: 2,
      timestampMs,
    });
    const wire =
      `{"request_id":"a \\"b\\\\ c","success":true,"result":{"group_id":"room:one","from_user_id":"u1",` +
      `"message":${JSON.stringify(message)},"timestamp":"${isoTime(timestampMs)}",` +
      `"message_id":"${epoch}-3","epoch":"${epoch}","seq":3}}`;
    expect(await stage.wires(1)).toEqual([wire]);
    const [decoded] = await heard.decoded(1);
    expect(decoded?.entry.wire.toString()).toBe(wire);
    expect(decoded?.header).toEqual({
      type: 'message',
      groupId,
      epoch,
      seq: 3,
      recipientsCount: 2,
      timestampMs,
      actor: 'u1',
      requestId: 'a "b\\ c',
    });
    expect(JSON.parse(heard.payloads[0]?.toString() ?? '')).toMatchObject({
      nsp: '/',
      type: 3,
      data: {
        packet: { type: 2, data: ['relay_message', JSON.parse(wire)], nsp: '/' },
        opts: { rooms: [expect.stringMatching(/^\{p\d+\}:room:one$/)], except: [], flags: {} },
      },
    });
  });

  test('a retry gives the first answer though the sender is gone, rate and publishing untouched', async () => {
    const stage = open({ settings: { ratePerSec: 0.001, rateBurst: 1 } });
    await stage.create();
    await stage.admit('u1');
    const draft = messageDraft({ groupId, sender: 'u1' });
    const first = await stage.log.append(draft);
    await stage.do(kickCommand({ groupId, actor: 'owner', userId: 'u1' }));
    const heard = await stage.listen();
    expect(await stage.log.append(draft)).toEqual({ ...first, isDuplicate: true });
    await stage.do(deleteCommand({ groupId, actor: 'owner' }));
    expect(await stage.log.append(draft)).toEqual({ ...first, isDuplicate: true });
    expect((await heard.decoded(1)).map(({ header }) => header.type)).toEqual(['event']);
  });

  test('a retry is stored again where a failover lost the first, and answered where it was kept', async () => {
    const stage = open();
    await stage.create();
    const kept = messageDraft({ groupId, sender: 'owner' });
    const lost = messageDraft({ groupId, sender: 'owner' });
    const first = await stage.log.append(kept);
    await stage.log.append(lost);
    // As a replica that has the answer, but not the entry: the next entry begins another epoch at its seq.
    await stage.redis.xdel(stage.keys.log(groupId), '3-0');
    await stage.redis.call(
      'XSETID',
      stage.keys.log(groupId),
      ...['2-0', 'ENTRIESADDED', 2, 'MAXDELETEDID', '0-0'],
    );
    await stage.redis.hset(stage.keys.group(groupId), 'seq', '2');
    await stage.forgetHistory();
    const { epoch } = await stage.send('owner');
    expect(await stage.log.append(kept)).toEqual({ ...first, isDuplicate: true });
    expect(await stage.log.append(lost)).toMatchObject({ isDuplicate: false, epoch, seq: 4 });
    expect((await stage.entries()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  test('another message under the same request id is a conflict', async () => {
    const stage = open();
    await stage.create();
    await stage.log.append(messageDraft({ groupId, sender: 'owner', requestId: 'r', message: 'one' }));
    const other = messageDraft({ groupId, sender: 'owner', requestId: 'r', message: 'two' });
    expect(await stage.log.append(other)).toEqual(refusedWith('conflict'));
  });

  test('a burst passes, then one message per token; refused ones cost nothing', async () => {
    const stage = open({ settings: { ratePerSec: 3, rateBurst: 7 } });
    await stage.create();
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () => stage.log.append(messageDraft({ groupId, sender: 'owner' }))),
    );
    expect(outcomes.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 7 }, () => 'appended'),
      ...Array.from({ length: 5 }, () => 'refused'),
    ]);
    const last = outcomes.at(-1);
    const retryAfterMs = last?.type === 'refused' ? last.failure.retryAfterMs : undefined;
    expect(retryAfterMs).toBeGreaterThanOrEqual(1);
    expect(retryAfterMs).toBeLessThanOrEqual(334);
  });

  test('a bucket that a step back of the clock left in the future has one token, then none', async () => {
    const stage = open({ settings: { ratePerSec: 0.01, rateBurst: 3 } });
    await stage.create();
    await stage.redis.set(stage.keys.bucket(groupId, user('owner')), '9e15');
    await stage.send('owner');
    const next = await stage.log.append(messageDraft({ groupId, sender: 'owner' }));
    expect(next).toMatchObject({ failure: { code: 'rate_limited' } });
    const retryAfterMs = next.type === 'refused' ? (next.failure.retryAfterMs ?? 0) : 0;
    expect(retryAfterMs).toBeGreaterThan(60_000);
    expect(retryAfterMs).toBeLessThanOrEqual(100_000);
  });

  test('with adapters the message waits in the outbox; a full queue refuses before any write', async () => {
    const stage = open({ settings: { isOutboxWritten: true, isQueueCounted: true, roomQueueLimit: 3 } });
    await stage.create();
    await stage.send('owner', 'one');
    await stage.send('owner', 'two');
    expect(await stage.log.append(messageDraft({ groupId, sender: 'owner' }))).toEqual({
      type: 'refused',
      failure: { code: 'room_overloaded', retryAfterMs: 1000 },
    });
    expect(await stage.redis.hgetall(stage.keys.queued(groupId))).toEqual({ [groupId]: '3' });
    const outbox = await stage.redis.xrange(stage.keys.outbox(groupId), '-', '+');
    const wires = await stage.wires(3);
    expect(outbox.map(([, fields]) => fields)).toEqual([
      ['g', groupId, 'k', 'e', 'w', wires[0]],
      ['g', groupId, 'k', 'm', 'w', wires[1]],
      ['g', groupId, 'k', 'm', 'w', wires[2]],
    ]);
  });

  test('without adapters neither outbox nor queue exists', async () => {
    const stage = open();
    await stage.create();
    await stage.send('owner');
    expect(await stage.redis.exists(stage.keys.outbox(groupId), stage.keys.queued(groupId))).toBe(0);
  });

  test('in another history of replication the group keeps counting in a new epoch', async () => {
    const stage = open({ random: seededRandom(7) });
    const { epoch } = await stage.create();
    await stage.forgetHistory();
    const appended = await stage.send('owner');
    expect(appended.seq).toBe(2);
    expect(appended.epoch).not.toBe(epoch);
    expect(await stage.groups.group(groupId)).toMatchObject({
      head: { epoch: appended.epoch, seq: 2, past: [{ epoch, endSeq: 1 }] },
    });
    expect((await stage.send('owner')).epoch).toBe(appended.epoch);
  });

  test('eight finished epochs are kept', async () => {
    const stage = open();
    await stage.create();
    for (let failover = 0; failover < 10; failover += 1) {
      await stage.forgetHistory();
      await stage.send('owner');
    }
    const past = (await stage.groups.group(groupId))?.head.past ?? [];
    expect(past.map(({ endSeq }) => endSeq)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('the log is bounded by length', async () => {
    const stage = open({
      settings: { historyMaxEntries: 100, ratePerSec: 1e6, rateBurst: 1e6 },
    });
    await stage.create();
    for (let sent = 0; sent < 400; sent += 1) await stage.send('owner');
    const length = await stage.redis.xlen(stage.keys.log(groupId));
    expect(length).toBeGreaterThanOrEqual(100);
    expect(length).toBeLessThan(300);
    expect((await stage.groups.group(groupId))?.head.oldestSeq).toBe(402 - length);
  });

  test('an idle log ends by age, at most an eighth later than it may', async () => {
    const stage = open({ settings: { historyMaxAgeMs: 80_000 } });
    await stage.create();
    const ttlMs = await stage.redis.pttl(stage.keys.log(groupId));
    expect(ttlMs).toBeGreaterThan(80_000);
    expect(ttlMs).toBeLessThanOrEqual(90_000);
  });

  test('an entry prolongs a log that would end within its age', async () => {
    const stage = open({ settings: { historyMaxAgeMs: 80_000 } });
    await stage.create();
    await stage.redis.pexpire(stage.keys.log(groupId), 1000);
    await stage.redis.hincrby(stage.keys.group(groupId), 'log_renewal', -20_000);
    await stage.send('owner');
    expect(await stage.redis.pttl(stage.keys.log(groupId))).toBeGreaterThan(80_000);
  });
});
