/** `plenum tail` over changes of messages, and `plenum take-down` and `search` as an operator runs them. */
import type { Adapters, ArchiveEntry } from '@plenum/core';
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { engines, Service } from '../support/cluster/service.ts';
import { adminToken, tokenOf } from '../support/wire/http.ts';

const script = 'apps/server/bin/plenum.js';
const groupId = 'team';

async function run(service: Service, ...words: readonly string[]) {
  await using command = new CommandProcess(
    script,
    [...words, '--url', service.url, '--token', adminToken],
    {},
  );
  command.input('');
  return { code: await command.ended, lines: command.lines, output: command.output };
}

describe.each(engines)('commands on messages on %s', (engine) => {
  test('a tail prints each change; take-down names the message by its seq or its id', async () => {
    await using service = await Service.start(engine);
    const { groups, messages, send } = service.plenum;
    await groups.create({ groupId, groupType: 'public', creatorId: 'ann' });
    const token = await tokenOf('ann');
    const follow = (...words: readonly string[]) =>
      new CommandProcess(script, ['tail', groupId, '--url', service.url, '--token', token, ...words], {});
    await using tail = follow();
    await using json = follow('--json');
    await Promise.all([tail.until(/from seq 2 on/), json.until(/from seq 2 on/)]);
    const ids: string[] = [];
    for (const text of ['first', 'second']) {
      const sent = await send(groupId, 'ann', text);
      if (sent.ok) ids.push(sent.result.message_id);
    }
    const [messageId = '', otherId = ''] = ids;
    const byAnn = { groupId, messageId, userId: 'ann' };
    await messages.edit({ ...byAnn, message: 'better' });
    await messages.react({ ...byAnn, reaction: '👍' });
    await messages.unreact({ ...byAnn, reaction: '👍' });
    await messages.pin({ groupId, messageId, actorId: 'ann' });
    const bySeq = await run(service, 'take-down', groupId, '2', '--reason', 'off topic');
    expect(bySeq).toMatchObject({ code: 0, lines: [`taken down seq=8 message_id=${messageId}`] });
    const byId = await run(service, 'take-down', groupId, otherId);
    expect(byId).toMatchObject({ code: 0, lines: [`taken down seq=9 message_id=${otherId}`] });
    await tail.until(/^9 /m);
    expect(tail.lines.map((line) => line.replace(/ \S+Z /, ' '))).toEqual([
      '2 ann: first',
      '3 ann: second',
      '4 * ann edited 2: better',
      '5 * ann reacted with 👍 to 2 (1)',
      '6 * ann took back 👍 from 2 (0)',
      '7 * ann pinned 2',
      '8 * $service took down 2 (off topic)',
      '9 * $service took down 3',
    ]);
    await json.until(/"seq":9/);
    expect(json.lines.map((line) => JSON.parse(line)).slice(-2)).toMatchObject([
      { type: 'deleted', target_seq: 2, message_id: messageId, reason: 'off topic' },
      { type: 'deleted', target_seq: 3, message_id: otherId },
    ]);
    const again = await run(service, 'take-down', groupId, '1');
    expect(again).toMatchObject({ code: 1, output: expect.stringMatching(/^message_not_found: /) });
    const without = await run(service, 'search', groupId, 'first');
    expect(without).toMatchObject({ code: 1, output: expect.stringMatching(/^unsupported_request: /) });
  });
});

test('search prints the page that the archive finds, and how to read on', async () => {
  const saved: (ArchiveEntry & { readonly type: 'message' })[] = [];
  const archive: Adapters['archive'] = {
    save: async (entries) => {
      for (const entry of entries) if (entry.type === 'message') saved.unshift(entry);
    },
    search: async ({ query, beforeSeq, limit }) =>
      saved.filter(({ message, seq }) => seq < beforeSeq && message.includes(query)).slice(0, limit),
  };
  const engineSettings = { rateBurst: 100 };
  await using service = await Service.start('memory', { adapters: { archive }, engineSettings });
  await service.plenum.groups.create({ groupId, groupType: 'public', creatorId: 'ann' });
  for (let i = 2; i <= 60; i += 1) await service.plenum.send(groupId, 'ann', i < 9 ? 'noise' : `text ${i}`);
  await eventually(() => expect(saved).toHaveLength(59));
  const first = await run(service, 'search', groupId, 'text');
  expect(first).toMatchObject({ code: 0, output: expect.stringContaining('More: --before 11') });
  expect(first.lines[0]).toMatch(/^60 \S+Z ann: text 60$/);
  const rest = await run(service, 'search', groupId, 'text', '--before', '11', '--json');
  expect(rest.lines.map((line) => JSON.parse(line))).toMatchObject([{ seq: 10 }, { seq: 9 }]);
  expect(rest.output).not.toContain('More');
});
