/** Bytes that no client library sends: each ends at most its own connection, cleanly, and no other client notices. */
import { eventually } from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { BadInputScene } from '../support/rules/bad-input-scene.ts';
import { tokenOf } from '../support/wire/http.ts';
import { RawConnection, rawAnswer } from '../support/wire/raw-connection.ts';
import { frame, RawWebSocket } from '../support/wire/raw-web-socket.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** Frames after which the server ends the connection. */
const fatalFrames: readonly (readonly [string, number, string | Uint8Array])[] = [
  ['a reserved opcode', frame.reserved, 'x'],
  ['a continuation of nothing', frame.continued, 'x'],
  ['reserved bits', frame.text | 0x70, '40'],
  ['text that is no UTF-8', frame.text, Uint8Array.of(0x34, 0x32, 0xff, 0xfe)],
  ['a close with an impossible code', frame.close, Uint8Array.of(0, 1)],
  ['a packet type that does not exist', frame.text, '9'],
  ['an empty frame', frame.text, ''],
  ['a Socket.IO packet type that does not exist', frame.text, '49'],
  ['an event before CONNECT', frame.text, '42["request",{}]'],
  ['a binary attachment without its packet', frame.binary, Uint8Array.of(1, 2, 3)],
];
/** Packets of a connected socket that are no packets: the socket is cut. */
const fatalPackets: readonly (readonly [string, string])[] = [
  ['text that is no JSON', '42{"request":'],
  ['an event that is an object', '42{}'],
  ['an event without a name', '42[]'],
  ['an event named by an object', '42[{},{}]'],
  ['a reserved event', '42["disconnect","x"]'],
  ['another reserved event', '42["connect_error",{}]'],
  ['more attachments than any client sends', '451000000-["request",{"_placeholder":true,"num":0}]'],
  ['attachments without an end', '45-["request"]'],
  ['an attachment that was never announced', '42["request",{"_placeholder":true,"num":0}]x'],
  ['an ack that is an object', '431{}'],
  ['an event of a namespace without CONNECT', '42/admin,["request",{}]'],
  ['a second CONNECT', '40{"token":"x"}'],
];
/** Odd packets that mean something: they are answered, or ignored, and the socket lives. */
const harmlessPackets: readonly (readonly [string, string])[] = [
  ['an ack that was not asked for', '43999[{}]'],
  ['an event of nothing but an ack id', '427'],
  ['an event named by a number', '42[7,{}]'],
  ['a placeholder in a plain event', '42["request",{"_placeholder":true,"num":0}]'],
  [
    'numbers beyond all ranges',
    '42["request",{"request_type":"history","args":{"group_id":"g","after":1e400}}]',
  ],
  ['a negative zero', '42["request",{"request_type":"history","args":{"group_id":"g","after":-0}}]'],
  ['an ack id of 2^53', '429007199254740992["request",{}]'],
  ['5,000 levels of arguments', `42["request",{"request_type":"list_groups","args":{"x":${nested(5000)}}}]`],
  ['5,000 levels of envelope', `42["request",${nested(5000)}]`],
  ['5,000 levels beside the envelope', `42["request",{},${nested(5000)}]`],
  [
    '5,000 levels in metadata',
    `42["request",{"request_type":"create_group","args":{"metadata":{"x":${nested(5000)}}}}]`,
  ],
  ['5,000 levels of request id', `42["request",{"request_type":"list_groups","request_id":${nested(5000)}}]`],
];

const garbage: readonly (readonly [string, string | Uint8Array])[] = [
  ['no HTTP', 'this is no HTTP\r\n\r\n'],
  ['a TLS handshake', Uint8Array.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
  ['zeros', new Uint8Array(1024)],
  ['a bad HTTP version', 'GET / HTTP/9.9\r\n\r\n'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n'],
  ['two lengths', 'POST /v1/groups HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a header of 20 KB', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['a path with a bare control character', 'GET /v1/groups/\u0001 HTTP/1.1\r\nHost: x\r\n\r\n'],
];

describe.each(engines)('bad frames on %s', (engine) => {
  let badInput: BadInputScene;
  beforeAll(async () => {
    badInput = await BadInputScene.start(engine);
  });
  afterAll(() => badInput[Symbol.asyncDispose]());
  afterEach(() => badInput.expectUnharmed());

  const connected = async (): Promise<RawWebSocket> => {
    const connection = await RawWebSocket.connect(badInput.service.url);
    connection.send(frame.text, `40{"token":"${await tokenOf('raw')}","subscribe":"none"}`);
    await connection.until(/^40\{"sid"/);
    return connection;
  };
  const expectAnswers = async (connection: RawWebSocket) => {
    connection.send(frame.text, '4277["request",{"request_type":"list_groups"}]');
    await connection.until(/^4377\[.*"success":true/);
  };

  test.each(fatalFrames)('%s ends the connection', async (_, first, payload) => {
    using connection = await RawWebSocket.connect(badInput.service.url);
    connection.send(first, payload);
    await connection.closed();
  });

  test('an unmasked frame ends the connection', async () => {
    using connection = await connected();
    connection.write(Uint8Array.of(frame.text, 2, 0x34, 0x30));
    await connection.closed();
  });

  test('a frame that announces 1 GB ends the connection before it comes', async () => {
    using connection = await connected();
    connection.write(Uint8Array.of(frame.text, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0));
    await connection.closed();
  });

  test('fragments that together are above the limit end the connection', async () => {
    using connection = await connected();
    connection.send(frame.begun, '4'.repeat(60_000));
    connection.send(frame.continued, 'x'.repeat(60_000));
    await connection.closed();
  });

  test.each(fatalPackets)('%s cuts the socket', async (_, packet) => {
    using connection = await connected();
    connection.send(frame.text, packet);
    await connection.closed();
  });

  test.each(harmlessPackets)('%s does no harm', async (_, packet) => {
    using connection = await connected();
    connection.send(frame.text, packet);
    await expectAnswers(connection);
  });

  test('5,000 levels are refused by the limit', async () => {
    using connection = await connected();
    connection.send(frame.text, `421["request",{"request_type":"list_groups","args":{"x":${nested(5000)}}}]`);
    await connection.until(/^431\[.*"code":"invalid_args".*"limit":32/);
  });

  test('a connection whose client does not answer the close frame is ended all the same', async () => {
    using connection = await RawWebSocket.connect(badInput.service.url, { answersClose: false });
    connection.send(frame.text, '40{"token":"nonsense"}');
    await connection.until(/^44/);
    await connection.closed();
  });

  test.each([
    ['text', 'x'.repeat(1_000_000)],
    ['bytes', Buffer.alloc(1_000_000)],
  ])('1 MB of %s cuts the socket, which may come back', async (_, message) => {
    const device = await badInput.service.device('large');
    const closed = new Promise((resolve) => device.socket.once('disconnect', resolve));
    device.socket.emit('request', { request_type: 'relay_msg', args: { group_id: 'g', message } });
    expect(await closed).toMatch(/^transport/);
    await eventually(() => expect(device.socket.connected).toBe(true));
    expect(await device.request('list_groups', {})).toMatchObject({ success: true });
  });

  test.each(['40/admin,{}', '40/admin', '40/../,{}', '40/__proto__,'])(
    'the namespace of %s does not exist',
    async (packet) => {
      using connection = await connected();
      connection.send(frame.text, packet);
      await expectAnswers(connection);
    },
  );

  test('many connections with no byte, half a handshake or half a frame do no harm', async () => {
    const { url } = badInput.service;
    const silent = await Promise.all(Array.from({ length: 20 }, () => RawConnection.open(url)));
    const halves = await Promise.all(Array.from({ length: 20 }, () => RawConnection.open(url)));
    for (const half of halves)
      half.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n');
    const opened = await Promise.all(Array.from({ length: 20 }, () => RawWebSocket.connect(url)));
    for (const open of opened) open.write(Uint8Array.of(frame.text, 0xfe));
    await badInput.expectUnharmed();
    for (const connection of [...silent, ...halves, ...opened]) connection[Symbol.dispose]();
  });

  test('a connection that has left its namespace is closed', async () => {
    using connection = await connected();
    connection.send(frame.text, '41');
    await connection.closed();
  });

  test.each([
    ['a CONNECT without a token', '40{}', /^44\{.*"code":"unauthenticated"/],
    ['a CONNECT with a bad token', '40{"token":"nonsense"}', /^44\{.*"code":"unauthenticated"/],
    ['a CONNECT to another namespace', '40/other,{"token":"nonsense"}', /^44\/other,\{"message":/],
  ])('%s is refused once and ends the connection', async (_, packet, refused) => {
    using connection = await RawWebSocket.connect(badInput.service.url);
    for (let i = 0; i < 200; i += 1) connection.send(frame.text, packet);
    await connection.closed();
    // Two in a row are not even answered: the second is no packet of a connection that waits for its answer.
    expect(connection.packets.filter((one) => refused.test(one)).length).toBeLessThanOrEqual(1);
    using once = await RawWebSocket.connect(badInput.service.url);
    once.send(frame.text, packet);
    await once.closed();
    expect(once.packets.filter((one) => refused.test(one))).toHaveLength(1);
  });

  test.each([
    ['a second CONNECT behind a refused one', ['40{"token":"nonsense"}', '40{"token":"nonsense"}']],
    ['an event before CONNECT', ['42["request",{}]']],
    ['a binary event before CONNECT', ['451-["request",{"_placeholder":true,"num":0}]']],
    ['an ack before CONNECT', ['430[]']],
    ['a DISCONNECT before CONNECT', ['41']],
    ['half a packet before CONNECT', ['4']],
    ['an event behind a CONNECT that is not answered yet', ['40{"token":"nonsense"}', '42["request",{}]']],
    ['no JSON behind a CONNECT', ['40{"token":']],
  ])('%s ends the connection', async (_, packets) => {
    using connection = await RawWebSocket.connect(badInput.service.url);
    for (const packet of packets) connection.send(frame.text, packet);
    await connection.closed();
  });

  test.each([
    ['/socket.io/?EIO=3&transport=websocket', 400],
    ['/socket.io/?EIO=3&transport=polling', 400],
    ['/socket.io/?EIO=5&transport=websocket', 400],
    ['/socket.io/?transport=polling', 400],
    ['/socket.io/?EIO=4&transport=carrier_pigeon', 400],
    ['/socket.io/?EIO=4&transport=websocket&sid=unknown', 400],
    ['/socket.io/?EIO=4&transport=polling&sid=unknown', 400],
    ['/socket.io/', 400],
  ])('the handshake %s is refused with %i', async (path, status) => {
    using connection = await RawConnection.open(badInput.service.url);
    connection.request(`GET ${path}`, ['Connection: close']);
    await connection.closed();
    expect(rawAnswer(connection.received)).toMatchObject({ status, body: { message: expect.any(String) } });
  });

  test.each(garbage)('%s on the port is answered with 400 or a cut', async (_, bytes) => {
    using connection = await RawConnection.open(badInput.service.url);
    connection.write(bytes);
    await connection.closed();
    const { status, body } = rawAnswer(connection.received);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', can_retry: false },
    });
  });
});
