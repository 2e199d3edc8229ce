/** `/metrics`: its figures, its access rules, and that a closed gateway leaves nothing behind. */
import { emitTelemetry, type TelemetryEvent, telemetryChannel } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { metricTable } from '../src/metrics/metric-table.ts';
import { startEdge } from './edge.ts';

const groupId = groupIdSchema.parse('g1');
const userId = userIdSchema.parse('ann');

/** The value of one sample of a page, or null. */
function sampleOf(page: string, name: string): number | null {
  const line = page.split('\n').find((text) => text.startsWith(`${name} `));
  return line === undefined ? null : Number(line.split(' ')[1]);
}

/** Exhaustive by its type. */
const everyEvent: Readonly<Record<TelemetryEvent, true>> = {
  message_sent: true,
  ephemeral_message_sent: true,
  room_join: true,
  room_leave: true,
  broadcast: true,
  queue_size: true,
  queue_overflow: true,
  rate_limit_hit: true,
  delivered: true,
  delivery_retry: true,
  dead_letter: true,
  dead_letters_dropped: true,
  adapter_denied: true,
  adapter_failed: true,
  breaker_changed: true,
  lease_gained: true,
  lease_lost: true,
  gap_found: true,
  gap_repaired: true,
  duplicate_dropped: true,
  entry_lost: true,
  resync: true,
  slow_consumer: true,
  unread_cut: true,
  connect_refused: true,
  socket_opened: true,
  socket_closed: true,
  request_answered: true,
  audit_entry_lost: true,
  anomaly: true,
};

test('every event feeds a metric', () => {
  const fed = new Set<string>(metricTable.flatMap(({ events }) => events));
  expect(Object.keys(everyEvent).filter((event) => !fed.has(event))).toEqual([]);
});

test('metrics have names, units and meanings as Prometheus wants them', () => {
  for (const { name, type, help } of metricTable) {
    expect(name).toMatch(type === 'counter' ? /^plenum_[a-z_]+_total$/ : /^plenum_[a-z_]+[a-z]$/);
    expect(help).toMatch(/^[A-Z0-9].+[^.]$/);
  }
  expect(new Set(metricTable.map(({ name }) => name)).size).toBe(metricTable.length);
});

test('events are counted under closed labels', async () => {
  await using edge = await startEdge();
  const scrape = async () => (await edge.fetch('/metrics')).text();
  emitTelemetry('message_sent', { groupId, userId, seq: 7 });
  emitTelemetry('broadcast', { groupId, entries: 3, devices: 5 });
  emitTelemetry('resync', { groupId, reason: 'too_old', devices: 2 });
  emitTelemetry('queue_size', { partition: 1, kind: 'archive', size: 10 });
  emitTelemetry('queue_size', { partition: 2, kind: 'archive', size: 5 });
  const page = await scrape();
  expect(sampleOf(page, 'plenum_messages_sent_total')).toBe(1);
  expect(sampleOf(page, 'plenum_deliveries_total')).toBe(15);
  expect(sampleOf(page, 'plenum_resyncs_total{reason="too_old"}')).toBe(2);
  expect(sampleOf(page, 'plenum_queue_messages{kind="archive"}')).toBe(15);
  expect(page).toContain('nodejs_eventloop_lag_seconds');
  emitTelemetry('lease_lost', { partition: 1, token: 3 });
  expect(sampleOf(await scrape(), 'plenum_queue_messages{kind="archive"}')).toBe(5);
});

test('sockets and answered requests are counted', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  await client.emitWithAck('request', { request_type: 'no_such_request' });
  await client.emitWithAck('request', { request_type: 'leave_group', args: { group_id: 'a b' } });
  const page = await (await edge.fetch('/metrics')).text();
  expect(sampleOf(page, 'plenum_sockets')).toBe(1);
  expect(sampleOf(page, 'plenum_requests_total{request_type="leave_group",code="invalid_args"}')).toBe(1);
  expect(page).not.toContain('no_such_request');
});

test('without an admin port the page needs the admin token', async () => {
  await using edge = await startEdge();
  expect((await fetch(`${edge.url}/metrics`)).status).toBe(401);
  expect((await edge.fetch('/metrics', { token: 'user:ann' })).status).toBe(403);
  expect((await edge.fetch('/metrics')).headers.get('content-type')).toContain('text/plain');
});

test('an admin port has the page and the admin token to itself', async () => {
  await using edge = await startEdge({ config: { adminPort: 0 } });
  const { adminUrl, url } = edge;
  expect((await fetch(`${adminUrl}/metrics`)).status).toBe(200);
  expect((await edge.fetch('/metrics')).status).toBe(404);
  expect((await edge.fetch('/v1/groups/g1')).status).toBe(401);
  const headers = { authorization: 'Bearer the admin token' };
  expect((await fetch(`${adminUrl}/v1/groups/g1`, { headers })).status).toBe(200);
  expect((await fetch(`${adminUrl}/v1/groups/g1`)).status).toBe(401);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('a closed gateway counts nothing and watches nothing', async () => {
  const before = telemetryChannel('message_sent').hasSubscribers;
  {
    await using edge = await startEdge();
    expect(edge.url).toContain('http');
    expect(telemetryChannel('message_sent').hasSubscribers).toBe(true);
  }
  expect(telemetryChannel('message_sent').hasSubscribers).toBe(before);
});

test('the page for people shows every request, route and error', async () => {
  await using edge = await startEdge();
  const page = await (await fetch(`${edge.url}/docs`)).text();
  for (const word of ['relay_msg', 'POST /v1/groups/:group_id/messages', 'room_overloaded', 'resync']) {
    expect(page).toContain(`<code>${word}</code>`);
  }
  expect(page).toContain('{ group_id: string, message: string, ');
  expect(page).not.toContain('undefined');
});
