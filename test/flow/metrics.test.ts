/** What a served node says of itself after traffic, on its one port and on an admin port. */
import { expect, test } from 'vitest';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines } from '../support/cluster/service.ts';
import { httpRequest } from '../support/wire/http.ts';

const sample = (page: string, name: string): number =>
  Number(
    page
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1] ?? Number.NaN,
  );

const scrape = async (url: string, headers: Record<string, string> = {}): Promise<string> =>
  (await fetch(`${url}/metrics`, { headers })).text();

test.each(engines)('a node on %s counts messages, deliveries, sockets and refusals', async (engine) => {
  await using node = await ServedNode.start(engine, {
    HOST: '127.0.0.1',
    PLENUM_ADMIN_PORT: '0',
    PLENUM_RATE_PER_SEC: '1',
    PLENUM_RATE_BURST: '3',
  });
  const [, adminUrl = ''] = await node.command.until(/"adminUrl":"([^"]+)"/);
  const ann = await node.device('ann');
  const ben = await node.device('ben');
  await ann.request('create_group', { group_id: 'g', group_type: 'public' });
  await ben.request('join_group', { group_id: 'g' });
  // At once: a token comes back each second.
  const answers = await Promise.all(
    Array.from({ length: 4 }, (_, i) => ann.request('relay_msg', { group_id: 'g', message: `m${i}` })),
  );
  expect(answers.filter(({ success }) => success)).toHaveLength(3);

  const page = await scrape(adminUrl);
  expect(sample(page, 'plenum_messages_sent_total')).toBe(3);
  expect(sample(page, 'plenum_rate_limit_hits_total')).toBe(1);
  expect(sample(page, 'plenum_room_joins_total')).toBe(2);
  expect(sample(page, 'plenum_sockets')).toBe(2);
  const used = sample(page, 'plenum_redis_memory_used_bytes{server="redis"}');
  if (engine === 'redis') expect(used).toBeGreaterThan(500_000);
  else expect(used).toBeNaN();
  expect(sample(page, 'plenum_feeds')).toBe(1);
  expect(sample(page, 'plenum_requests_total{request_type="relay_msg",code="rate_limited"}')).toBe(1);
  expect(sample(page, 'plenum_request_duration_seconds_count{request_type="relay_msg"}')).toBe(4);
  expect(page).not.toMatch(/\b(?:ann|ben|m0)\b/);
  expect((await httpRequest('GET', `${node.url}/metrics`)).status).toBe(404);
  expect((await httpRequest('GET', `${node.url}/v1/groups/g`)).status).toBe(401);
  expect((await httpRequest('GET', `${adminUrl}/v1/groups/g`)).status).toBe(200);
});
