/** Bytes wherever Socket.IO lets a client put them, over both transports: refused by the name of the field, and stored nowhere. */
import { limits, requestTable } from '@plenum/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServedNode } from '../support/cluster/served-node.ts';
import { Device } from '../support/devices/device.ts';
import { fieldsOf } from '../support/rules/bad-cases.ts';
import { tokenOf } from '../support/wire/http.ts';

const bytes = Buffer.from('{"a":1}');
const nested = (depth: number): unknown => (depth === 0 ? bytes : { a: nested(depth - 1) });

const good = {
  group_id: 'g',
  user_id: 'ben',
  group_type: 'public',
  action: 'send',
  seq: 1,
  message_id: '0123456789abcdef-1',
  message: 'hello',
  reaction: 'x',
  query: 'tea',
  import_id: 'i',
  position: 0,
  level: 'none',
};

/** Every field of every request, beside good ones that the request needs. */
const fields = Object.entries(requestTable()).flatMap(([type, { args }]) => {
  const names = fieldsOf(args.shape).map(({ name }) => name);
  const others = Object.fromEntries(Object.entries(good).filter(([name]) => names.includes(name)));
  return names.map((name) => ({ type, name, args: { ...others, [name]: bytes } }));
});

/** Where bytes are put in place of a part of the request, and the field that the answer names. */
const places: readonly (readonly [string, object])[] = [
  ['request_id', { request_type: 'list_groups', request_id: bytes }],
  ['request_type', { request_type: bytes }],
  ['service', { request_type: 'list_groups', service: bytes }],
  ['args', { request_type: 'list_groups', args: bytes }],
  [
    'groups.1.group_id',
    { request_type: 'subscribe', args: { groups: [{ group_id: 'g' }, { group_id: bytes }] } },
  ],
  ['groups.0.group_id', { request_type: 'subscribe', args: { groups: [bytes] } }],
];

describe.each(['websocket', 'polling'] as const)('binary attachments over %s', (transport) => {
  let node: ServedNode;
  let device: Device;
  beforeAll(async () => {
    node = await ServedNode.start('memory', { PLENUM_TRANSPORTS: 'websocket,polling' });
    device = await new Device(node.url, await tokenOf('ann'), { transports: [transport] }).connected();
    await device.must('create_group', { group_id: 'g', group_type: 'public', metadata: { a: 1 } });
  });
  afterAll(async () => {
    device.socket.disconnect();
    await node[Symbol.asyncDispose]();
  });

  test.each(places)('bytes as %s are refused', async (field, envelope) => {
    expect(await device.ask(envelope)).toMatchObject({
      success: false,
      code: expect.stringMatching(/^invalid_(request|args)$/),
      error: expect.stringContaining(field.split('.')[0] ?? field),
      details: { field },
    });
  });

  test.each(fields)('bytes as $name of $type are refused', async ({ type, name, args }) => {
    const answer = await device.request(type, args);
    // To a field that holds named ones, bytes are numbered names, and the first is unknown there.
    const field = expect.stringMatching(new RegExp(`^${name}(\\.0)?$`));
    expect(answer).toMatchObject({ success: false, can_retry: false, details: { field } });
  });

  test.each([1, 2, limits.argsMaxDepth - 4])(
    'bytes %i levels deep in metadata are refused, and nothing changes',
    async (depth) => {
      const field = `metadata${'.a'.repeat(depth)}`;
      const refusal = { success: false, code: 'invalid_args', details: { field } };
      const metadata = nested(depth);
      expect(
        await device.request('create_group', { group_id: 'h', group_type: 'public', metadata }),
      ).toMatchObject(refusal);
      expect(await device.request('update_group', { group_id: 'g', metadata })).toMatchObject(refusal);
      expect(await device.request('get_group_info', { group_id: 'h' })).toMatchObject({
        code: 'group_not_found',
      });
      expect(await device.must('get_group_info', { group_id: 'g' })).toMatchObject({ metadata: { a: 1 } });
    },
  );
});
