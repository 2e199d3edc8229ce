/** One client reads as much as it can: it waits for itself, is refused what is too much, and others are served in between. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { type EngineName, engines, Service } from '../support/cluster/service.ts';
import type { AnyAnswer } from '../support/devices/device.ts';
import { GroupScene } from '../support/rules/group-scene.ts';
import { tokenOf } from '../support/wire/http.ts';

const engineSettings = {
  ratePerSec: 1e6,
  rateBurst: 1e6,
  membershipRatePerSec: 1e6,
  membershipRateBurst: 1e6,
};
/** How long the adapter takes for an answer. */
const adapterMs = 5;
/** Reads that one client may have open. */
const openMax = 192;
const refusal = {
  code: 'rate_limited',
  can_retry: true,
  retry_after_ms: 100,
  details: { limit: openMax, reason: 'too many open reads' },
};

/** A service with a group of eve and ann, and whom its auth adapter was asked about, in order. */
async function watched(engine: EngineName) {
  const asked: string[] = [];
  const load = { atOnce: 0, most: 0 };
  const authorize = async (userId: string) => {
    asked.push(userId);
    load.atOnce += 1;
    load.most = Math.max(load.most, load.atOnce);
    await new Promise((resolve) => setTimeout(resolve, adapterMs));
    load.atOnce -= 1;
    return { isAllowed: true } as const;
  };
  const service = await Service.start(engine, { engineSettings, adapters: { auth: { authorize } } });
  const { groupId } = await new GroupScene(service).create('public');
  for (const userId of ['eve', 'ann']) await service.plenum.groups.join({ groupId, userId, admit: true });
  const [eve, ann] = [await service.device('eve'), await service.device('ann')];
  for (const device of [eve, ann]) await device.until('subscribed');
  asked.length = 0;
  load.most = 0;
  return { service, groupId, eve, ann, asked, load };
}

const cells = engines.flatMap((engine) =>
  (['history', 'subscribe'] as const).map((read) => [read, engine] as const),
);

test.each(cells)(
  'of 150 times %s that one socket asks for, two run at once; others are served between (%s)',
  async (read, engine) => {
    const { service, groupId, eve, ann, asked, load } = await watched(engine);
    await using _ = service;
    const args = read === 'history' ? { group_id: groupId } : { groups: [{ group_id: groupId }] };
    const answers = Array.from({ length: 150 }, () => eve.must(read, args));
    await eventually(() => expect(asked).toContain('eve'));
    expect(load.most).toBeLessThanOrEqual(2);
    await ann.must(read, args);
    expect(asked.indexOf('ann')).toBeLessThan(75);
    await Promise.all(answers);
    expect(load.most).toBeLessThanOrEqual(3);
  },
);

/** A service where reads of a history wait until the test lets them go. */
async function hesitant(engine: EngineName) {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const authorize = async (_userId: string, _groupId: string, action: string) => {
    if (action === 'history') await opened;
    return { isAllowed: true } as const;
  };
  const service = await Service.start(engine, { engineSettings, adapters: { auth: { authorize } } });
  return { service, open };
}

test.each(engines)(
  'a socket with too many open reads is refused more of them and may still send (%s)',
  async (engine) => {
    const { service, open } = await hesitant(engine);
    await using _ = service;
    const { groupId } = await (await new GroupScene(service).create('public')).sent('owner', 'first');
    await service.plenum.groups.join({ groupId, userId: 'eve', admit: true });
    const eve = await service.device('eve');
    const answers: AnyAnswer[] = [];
    const asked = Array.from({ length: openMax + 3 }, async () => {
      answers.push(await eve.request('history', { group_id: groupId }));
    });
    await eventually(() => expect(answers.length).toBeGreaterThanOrEqual(3));
    for (const answer of answers.slice(0, 3)) expect(answer).toMatchObject(refusal);
    await eve.must('relay_msg', { group_id: groupId, message: 'not refused' });
    open();
    await Promise.all(asked);
  },
);

test.each(engines)('so is a user over HTTP, on however many connections (%s)', async (engine) => {
  const { service, open } = await hesitant(engine);
  await using _ = service;
  const { groupId } = await (await new GroupScene(service).create('public')).sent('owner', 'first');
  await service.plenum.groups.join({ groupId, userId: 'eve', admit: true });
  const token = await tokenOf('eve');
  const path = `/v1/groups/${groupId}/messages`;
  const refused: object[] = [];
  // Some more than too many: one whose history cannot be read in time makes room for another one.
  const asked = Array.from({ length: openMax + 20 }, async () => {
    const { status, headers, body } = await service.rest('GET', path, { token });
    if (status === 429) refused.push({ after: headers.get('retry-after'), ...body });
  });
  await eventually(() => expect(refused.length).toBeGreaterThan(0), { timeoutMs: 20_000 });
  expect(refused[0]).toMatchObject({ after: '1', ...refusal });
  expect(await service.rest('GET', path)).toMatchObject({ status: 200 });
  open();
  await Promise.all(asked);
});
