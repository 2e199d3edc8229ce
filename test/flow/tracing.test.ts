/** OpenTelemetry spans of real nodes, and the trace context that a message carries. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { context, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { eventually, freshPrefix, startRedis } from '@plenum/testkit';
import { startTracing } from 'plenum';
import { expect, test } from 'vitest';
import { root } from '../source-tree.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines, Service } from '../support/cluster/service.ts';
import type { Device } from '../support/devices/device.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const traceparent = `00-${traceId}-${spanId}-01`;

/** The SDK of this process, with every span that has ended. */
class Spans implements AsyncDisposable {
  readonly #exporter = new InMemorySpanExporter();
  readonly #provider = new NodeTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.#exporter)],
  });
  #end: () => Promise<void> = async () => {};

  static async start(): Promise<Spans> {
    const spans = new Spans();
    spans.#provider.register();
    spans.#end = await startTracing();
    return spans;
  }

  all(): ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  named(name: string): ReadableSpan[] {
    return this.all().filter((span) => span.name === name);
  }

  /** Waits for so many spans of this name, and returns them. */
  until(name: string, count = 1): Promise<ReadableSpan[]> {
    return eventually(() => {
      const found = this.named(name);
      if (found.length >= count) return found;
      throw new Error(`${found.length} of ${name} among ${this.all().map((span) => span.name)}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    await this.#provider.shutdown();
    trace.disable();
    context.disable();
  }
}

const linked = ({ links }: ReadableSpan) => links.map(({ context: { spanId: id } }) => id);
const parentOf = ({ parentSpanContext }: ReadableSpan) => parentSpanContext?.spanId;
const sendTraced = (device: Device, given: unknown, message = 'hello') =>
  device.ask({ request_type: 'relay_msg', args: { group_id: 'g', message }, traceparent: given });

test.each(engines)(
  'a send is one trace through store, adapters, fan-out and deliveries, on %s',
  async (engine) => {
    await using spans = await Spans.start();
    await using service = await Service.start(engine, {
      adapters: {
        moderation: { check: async () => ({ isAllowed: true }) },
        archive: { save: async () => undefined },
        notifier: { notify: async () => undefined },
      },
    });
    const ann = await service.device('ann');
    await ann.must('create_group', { group_id: 'g', group_type: 'public' });
    const bob = await service.device('bob');
    await bob.must('join_group', { group_id: 'g' });
    const answer = await sendTraced(ann, traceparent);
    expect(answer).toMatchObject({ success: true });
    const [relay] = await spans.until('plenum relay');
    const { spanId: own = '' } = relay?.spanContext() ?? {};
    expect(relay?.spanContext().traceId).toBe(traceId);
    expect(relay && parentOf(relay)).toBe(spanId);
    const ofRelay = { 'plenum.group_id': 'g', 'plenum.door': 'socket', 'plenum.operation': 'relay' };
    expect(relay?.attributes).toMatchObject(ofRelay);
    const inside = spans.all().filter((span) => parentOf(span) === own);
    const append = engine === 'redis' ? 'append-messages' : 'append';
    expect(inside.map(({ name }) => name)).toEqual(expect.arrayContaining([append, 'adapter moderation']));
    const pushed = await bob.until('relay_message', { result: { message: 'hello' } });
    expect(pushed).toMatchObject({ result: { traceparent: `00-${traceId}-${own}-01` } });
    for (const name of ['plenum fan_out', 'plenum archive', 'plenum notifier']) {
      const [span] = await spans.until(name);
      expect(span && linked(span), name).toEqual([own]);
      expect(span && parentOf(span), name).toBeUndefined();
    }
    const [archive] = spans.named('plenum archive');
    const [call] = await spans.until('adapter archive');
    expect(call && parentOf(call)).toBe(archive?.spanContext().spanId);
    const texts = JSON.stringify(
      spans.all().map(({ name, attributes, links }) => ({ name, attributes, links })),
    );
    expect(texts).not.toContain('hello');
    expect(texts).not.toMatch(/\bann\b|\bbob\b/);
    const page = await readFile(join(root, 'apps/docs/operations/tracing.md'), 'utf8');
    const keys = new Set(spans.all().flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...keys].filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
  },
);

test('every node that writes a message has a span that links to its send; a refusal has its code', async () => {
  await using redis = await startRedis();
  await using spans = await Spans.start();
  const place = { redisUrl: redis.serviceUrl, prefix: freshPrefix() };
  await using one = await Service.start('redis', place);
  await using two = await Service.start('redis', place);
  const ann = await one.device('ann');
  const bob = await two.device('bob');
  await ann.must('create_group', { group_id: 'g', group_type: 'public' });
  await bob.must('join_group', { group_id: 'g' });
  await ann.send('g', 'on both');
  await bob.until('relay_message', { result: { message: 'on both' } });
  const [relay] = await spans.until('plenum relay');
  const fanOuts = await spans.until('plenum fan_out', 2);
  for (const span of fanOuts) expect(linked(span)).toEqual([relay?.spanContext().spanId]);
  const eve = await two.device('eve');
  expect(await eve.send('g', 'not a member')).toMatchObject({ code: 'not_a_member' });
  const [, refused] = await spans.until('plenum relay', 2);
  expect(refused?.attributes['error.type']).toBe('not_a_member');
  expect(refused?.status.code).toBe(0);
});

test.each(engines)(
  'a message carries the trace context of its sender, also without a tracer, on %s',
  async (engine) => {
    await using service = await Service.start(engine);
    const ann = await service.device('ann');
    await ann.must('create_group', { group_id: 'g', group_type: 'public' });
    expect(await sendTraced(ann, traceparent, 'traced')).toMatchObject({ success: true });
    const body = { from_user_id: 'ann', message: 'by REST' };
    await service.rest('POST', '/v1/groups/g/messages', { body, headers: { traceparent } });
    const later = `cc-${traceId}-${spanId}-09-of-a-later-version`;
    expect(await sendTraced(ann, later, 'later')).toMatchObject({ success: true });
    const bad = [
      '',
      'nonsense',
      `00-${'0'.repeat(32)}-${spanId}-01`,
      `ff-${traceId}-${spanId}-01`,
      `${traceparent}-x`,
    ];
    for (const one of bad)
      expect(await sendTraced(ann, one, 'untraced'), one).toMatchObject({ success: true });
    for (const one of ['0'.repeat(257), 7, null, {}]) {
      const answer = await sendTraced(ann, one);
      expect(answer).toMatchObject({ code: 'invalid_request', details: { field: 'traceparent' } });
    }
    await eventually(() => expect(ann.messages('g')).toHaveLength(3 + bad.length));
    expect(ann.messages('g').map((message) => 'traceparent' in message && message.traceparent)).toEqual([
      traceparent,
      traceparent,
      traceparent,
      ...bad.map(() => false),
    ]);
    const { entries } = await ann.must('history', { group_id: 'g' });
    expect(entries).toContainEqual(expect.objectContaining({ message: 'traced', traceparent }));
  },
);

test.each(engines)(
  'a message with a trace context is edited, mentioned, and taken down as any, on %s',
  async (engine) => {
    await using service = await Service.start(engine);
    const ann = await service.device('ann');
    await ann.must('create_group', { group_id: 'g', group_type: 'public' });
    const args = {
      group_id: 'g',
      message: 'first',
      metadata: { traceparent: 'x' },
      mentions: ['ann'],
      expires_in_ms: 60_000,
    };
    const sent = await ann.ask({ request_type: 'relay_msg', args, traceparent });
    const { message_id } = await ann.must('relay_msg', {
      group_id: 'g',
      message: 'another',
      reply_to: idOf(sent),
    });
    await ann.must('edit_message', { group_id: 'g', message_id: idOf(sent), message: 'second' });
    await ann.must('react', { group_id: 'g', message_id: idOf(sent), reaction: '+1' });
    const first = { message_id: idOf(sent), message: 'second', edits: 1, traceparent };
    const history = async () => (await ann.must('history', { group_id: 'g' }))['entries'];
    expect(await history()).toEqual(expect.arrayContaining([expect.objectContaining(first)]));
    await ann.must('delete_message', { group_id: 'g', message_id: idOf(sent) });
    const entries = JSON.stringify(await history());
    expect(entries).toContain('"deleted":true');
    expect(entries).not.toContain('second');
    expect(entries).not.toContain(traceId);
    expect(entries).toContain(String(message_id));
  },
);

const idOf = (answer: Awaited<ReturnType<Device['ask']>>): string =>
  answer.success ? String(answer.result['message_id']) : JSON.stringify(answer);

test('PLENUM_TRACING=on makes spans with the SDK of --import, by the messaging conventions', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'spans-')), 'spans');
  await using node = await ServedNode.start('memory', {
    PLENUM_TRACING: 'on',
    OTEL_SEMCONV_STABILITY_OPT_IN: 'http,messaging',
    SPANS_FILE: file,
    NODE_OPTIONS: `--import ${pathToFileURL('test/support/wire/span-writer.js').href}`,
  });
  const ann = await node.device('ann');
  await ann.must('create_group', { group_id: 'g', group_type: 'public' });
  await node.rest('POST', '/v1/groups/g/messages', {
    body: { from_user_id: 'ann', message: 'hello' },
    headers: { traceparent },
  });
  const sent = await eventually(async () => {
    const spans = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    const found = spans.map((line) => JSON.parse(line)).find(({ name }) => name === 'send group');
    if (found === undefined) throw new Error(spans.join('\n'));
    return found;
  });
  expect(sent.parent).toBe(spanId);
  expect(sent.attributes).toMatchObject({
    'messaging.system': 'plenum',
    'messaging.operation.name': 'relay',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'g',
    'messaging.message.id': expect.stringMatching(/^[0-9a-f]{16}-2$/),
  });
  expect(sent.attributes).not.toHaveProperty(['plenum.group_id']);
});
