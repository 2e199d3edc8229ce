/** Pages of large entries end at a megabyte, at any limit, and paging continues without a gap. */
import { createClient } from '@plenum/client';
import { limits } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { engines, Service } from '../support/cluster/service.ts';
import { tokenOf } from '../support/wire/http.ts';

/** Six bytes of JSON for each character: 200 of them are 4.7 MB. */
const large = '\u0001'.repeat(4096);
const messages = 300;
const all = Array.from({ length: messages + 1 }, (_, n) => n + 1);
/** Of what surrounds the entries in the answer. */
const frameBytes = 40_000;

const pageSchema = z.object({
  entries: z.array(z.object({ seq: z.number() })),
  oldest_seq: z.number(),
  head_seq: z.number(),
});
type PageOfLog = z.output<typeof pageSchema>;

async function filled(service: Service) {
  const ann = await service.device('ann');
  await ann.must('create_group', { group_id: 'g', group_type: 'public' });
  for (let n = 0; n < messages; n += 1) await ann.must('relay_msg', { group_id: 'g', message: large });
  return ann;
}

async function pagesOf(read: (where: object) => Promise<PageOfLog>) {
  const up: number[] = [];
  const down: number[] = [];
  let [lastSeq, firstSeq] = [0, messages + 2];
  while (lastSeq < messages + 1) {
    const { entries, head_seq } = await read({ after: lastSeq });
    expect(head_seq).toBe(messages + 1);
    up.push(...entries.map(({ seq }) => seq));
    lastSeq = up.at(-1) ?? Number.POSITIVE_INFINITY;
  }
  while (firstSeq > 1) {
    const { entries, oldest_seq } = await read({ before: firstSeq });
    expect(oldest_seq).toBe(1);
    down.unshift(...entries.map(({ seq }) => seq));
    firstSeq = down[0] ?? 0;
  }
  return { up, down };
}

describe.each(engines)('large pages on %s', (engine) => {
  const engineSettings = { ratePerSec: 1e6, rateBurst: 1e6 };

  test('history is paged in answers of a megabyte, over sockets and over HTTP', async () => {
    await using service = await Service.start(engine, { engineSettings });
    const ann = await filled(service);
    const bounded = (page: object) => {
      expect(JSON.stringify(page).length).toBeLessThan(limits.answerMaxBytes + frameBytes);
      return pageSchema.parse(page);
    };
    const bySocket = await pagesOf(async (where) =>
      bounded(await ann.must('history', { group_id: 'g', limit: 200, ...where })),
    );
    const token = await tokenOf('ann');
    const byRest = await pagesOf(async (where) => {
      const query = new URLSearchParams({ limit: '200', ...asTexts(where) });
      return bounded((await service.rest('GET', `/v1/groups/g/messages?${query}`, { token })).body);
    });
    for (const { up, down } of [bySocket, byRest]) {
      expect(up).toEqual(all);
      expect(down).toEqual(all);
    }
  });

  test('a client that comes back behind large entries gets each of them once', async () => {
    await using service = await Service.start(engine, { engineSettings });
    await filled(service);
    const token = await tokenOf('ann');
    const positions = [{ group_id: 'g', epoch: await epochOf(service), seq: 0 }];
    const client = createClient({ url: service.url, token, positions });
    const seqs: number[] = [];
    client.on('message', ({ seq }) => seqs.push(seq));
    client.on('event', ({ seq }) => seqs.push(seq));
    expect(await client.connect()).toBe(true);
    await eventually(() => expect(seqs).toEqual(all), { timeoutMs: 20_000 });
    await client.close();
  });
});

const asTexts = (where: object) => Object.fromEntries(Object.entries(where).map(([k, v]) => [k, String(v)]));

async function epochOf(service: Service): Promise<string> {
  const { body } = await service.rest('GET', '/v1/groups/g');
  return String(body['epoch']);
}
