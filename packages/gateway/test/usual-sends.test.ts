/** The short way of the usual send: which frames take it, and that none of them passes an earlier frame. */
import type { Socket as TcpSocket } from 'node:net';
import {
  type AppendCallback,
  type AppendOutcome,
  PlenumError,
  refused,
  systemClock,
  type UsualMessage,
} from '@plenum/core';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { type Edge, type EdgeOverrides, startEdge } from './edge.ts';
import { relayed } from './fake-domain.ts';
import { connectedSocket, frame } from './raw-socket.ts';

const args = (message: string) => ({ group_id: 'g1', message });
const usual = (id: number, message = 'hello') =>
  `42${id}["request",${JSON.stringify({ request_type: 'relay_msg', request_id: `r${id}`, args: args(message) })}]`;
/** Any white space makes a frame unusual. */
const unusual = (id: number, message = 'hello') => usual(id, message).replace('["request",', '["request", ');
const ackOf = (id: number, answer: object) =>
  `43${id}[${JSON.stringify({ request_id: `r${id}`, ...answer })}]`;

const appended: AppendOutcome = {
  type: 'appended',
  isDuplicate: false,
  epoch: relayed.epoch,
  seq: relayed.seq,
  messageId: relayed.message_id,
  recipientsCount: relayed.recipients_count,
  timestampMs: Date.parse(relayed.timestamp),
};

interface Sent {
  readonly usual: UsualMessage;
  readonly done: AppendCallback;
}

/** An edge whose short way records messages, and a WebSocket of the user `ann`. */
class Scene implements AsyncDisposable {
  readonly edge: Edge;
  readonly sent: Sent[];
  readonly #socket: TcpSocket;
  #heard = '';

  private constructor(edge: Edge, sent: Sent[], socket: TcpSocket) {
    this.edge = edge;
    this.sent = sent;
    this.#socket = socket;
    socket.on('data', (data) => {
      this.#heard += data.toString('utf8');
    });
    socket.resume();
  }

  /** @param outcome of every message; null: the test decides */
  static async start(
    outcome: AppendOutcome | PlenumError | null,
    overrides: EdgeOverrides = {},
  ): Promise<Scene> {
    const sent: Sent[] = [];
    const usualSend = (message: UsualMessage, done: AppendCallback) => {
      sent.push({ usual: message, done });
      if (outcome !== null) setImmediate(done, outcome);
    };
    const edge = await startEdge({ usualSend, ...overrides });
    return new Scene(edge, sent, await connectedSocket(edge.url, 'user:ann'));
  }

  /** Writes the frames in one piece. */
  write(...texts: readonly string[]): void {
    this.#socket.write(Buffer.concat(texts.map(frame)));
  }

  /** Waits for the packet. */
  async hears(packet: string): Promise<void> {
    await eventually(() => expect(this.#heard).toContain(packet));
  }

  /** Packets that came so far, at the places of their first bytes. */
  orderOf(...packets: readonly string[]): number[] {
    return packets.map((packet) => this.#heard.indexOf(packet));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.edge[Symbol.asyncDispose]();
  }
}

test('a usual frame is sent on the short way and gets the ordinary answer', async () => {
  await using scene = await Scene.start(appended);
  scene.write(usual(7, 'hällo 👋'));
  await scene.hears(ackOf(7, { success: true, result: relayed }));
  expect(scene.sent.map((one) => one.usual)).toEqual([
    {
      sender: 'ann',
      requestId: 'r7',
      groupId: 'g1',
      message: 'hällo 👋',
      argsText: JSON.stringify(args('hällo 👋')),
    },
  ]);
  expect(scene.edge.calls).toEqual([]);
});

test.each([
  ['refused', refused({ code: 'muted', details: { muted_until: 'later' } }), 'muted'],
  ['not possible', PlenumError.of('unavailable'), 'unavailable'],
])('a message that is %s gets the typed failure through its ack', async (_, outcome, code) => {
  await using scene = await Scene.start(outcome);
  scene.write(usual(7));
  await scene.hears('437[{"request_id":"r7","success":false,"error":');
  await scene.hears(`"code":"${code}"`);
});

test('a short way that throws answers internal', async () => {
  const usualSend = () => {
    throw new Error('a bug');
  };
  await using scene = await Scene.start(null, { usualSend });
  scene.write(usual(7));
  await scene.hears('"code":"internal"');
  expect(scene.edge.logs.map(({ message }) => message)).toContain('bug: a request failed');
});

const other = (text: object) => `427["request",${JSON.stringify(text)}]`;
const tooLong = 'x'.repeat(129);
const unusualFrames: readonly (readonly [string, string])[] = [
  ['without an ack', usual(7).replace('427[', '42[')],
  ['with an ack id of another form', usual(7).replace('427[', '4207[')],
  ['with an ack id that is not exact', usual(7).replace('427[', '429007199254740993[')],
  ['with white space', unusual(7)],
  ['of another event', usual(7).replace('"request"', '"demand"')],
  [
    'with a service',
    other({ service: 'relay', request_type: 'relay_msg', request_id: 'r7', args: args('x') }),
  ],
  ['with an alias', other({ request_type: 'send_message', request_id: 'r7', args: args('x') })],
  ['without a request id', other({ request_type: 'relay_msg', args: args('x') })],
  ['with another order of keys', other({ request_id: 'r7', request_type: 'relay_msg', args: args('x') })],
  [
    'with another order of arguments',
    other({ request_type: 'relay_msg', request_id: 'r7', args: { message: 'x', group_id: 'g1' } }),
  ],
  [
    'with one more argument',
    other({ request_type: 'relay_msg', request_id: 'r7', args: { ...args('x'), more: 1 } }),
  ],
  ['with an escape in its text', usual(7, 'a "word"')],
  ['with a line break in its text', usual(7, 'two\nlines')],
  ['with an escaped letter', usual(7, 'x').replace('"x"', '"\\u0078"')],
  ['with an empty text', usual(7, '')],
  ['above the limit of bytes', usual(7, 'ü'.repeat(51))],
  ['with a group id of no group', usual(7).replace('"g1"', '".."')],
  ['with a group id that is too long', usual(7).replace('"g1"', `"${tooLong}"`)],
  ['with a request id that is too long', usual(7).replace('"r7"', `"${tooLong}"`)],
  ['with a request id beyond ASCII', usual(7).replace('"r7"', '"ü"')],
  ['with two parameters', usual(7).replace('}}]', '}},1]')],
];

test.each(unusualFrames)('a frame %s takes the ordinary way', async (_, text) => {
  await using scene = await Scene.start(appended);
  scene.write(text, other({ request_type: 'list_groups', request_id: 'last' }));
  await scene.hears('"request_id":"last"');
  expect(scene.sent).toEqual([]);
});

test('a text of exactly the limit takes the short way', async () => {
  await using scene = await Scene.start(appended);
  scene.write(usual(7, 'ü'.repeat(50)));
  await scene.hears('437[');
  expect(scene.sent).toHaveLength(1);
});

test('a frame behind one on the ordinary way takes it too, until Socket.IO has dispatched both', async () => {
  await using scene = await Scene.start(appended);
  scene.write(usual(1), unusual(2), usual(3));
  await Promise.all([1, 2, 3].map((id) => scene.hears(`43${id}[`)));
  expect(scene.sent.map((one) => one.usual.requestId)).toEqual(['r1']);
  expect(scene.edge.calls.map(({ caller }) => caller.requestId)).toEqual(['r2', 'r3']);
  scene.write(usual(4));
  await scene.hears('434[');
  expect(scene.sent.map((one) => one.usual.requestId)).toEqual(['r1', 'r4']);
});

test('a frame in the place of a binary attachment ends the connection, as Socket.IO does', async () => {
  await using scene = await Scene.start(appended);
  scene.write('451-["request",{"_placeholder":true,"num":0}]');
  scene.write(usual(7));
  await eventually(() => expect(scene.edge.hub.devices.size).toBe(0));
  expect(scene.sent).toEqual([]);
});

test('a socket whose groups are not attached yet waits in the ordinary way', async () => {
  let attach = () => {};
  const hub = {
    connect: (_device: unknown, _positions: unknown, attached?: () => void) =>
      new Promise<void>((resolve) => {
        attach = () => {
          attached?.();
          resolve();
        };
      }),
    disconnect: () => {},
  };
  await using scene = await Scene.start(appended, { hub });
  scene.write(usual(1), usual(2));
  scene.write(other({ request_type: 'refresh_token', request_id: 'served at once', args: { token: 'x' } }));
  await scene.hears('served at once');
  expect([scene.sent, scene.edge.calls]).toEqual([[], []]);
  attach();
  await scene.hears('432[');
  scene.write(usual(3));
  await scene.hears('433[');
  expect(scene.sent.map((one) => one.usual.requestId)).toEqual(['r3']);
});

test('both ways share the 256 open requests of a socket', async () => {
  let plain = 0;
  const relay_msg = () => {
    plain += 1;
    return new Promise<never>(() => {});
  };
  await using scene = await Scene.start(null, { operations: { relay_msg } });
  const ids = Array.from({ length: 260 }, (_, at) => at);
  scene.write(...ids.slice(0, 200).map((id) => usual(id)));
  await eventually(() => expect(scene.sent).toHaveLength(200));
  scene.write(unusual(200));
  await eventually(() => expect(plain).toBe(1));
  scene.write(...ids.slice(201).map((id) => usual(id)));
  await scene.hears('43259[{"request_id":"r259","success":false,"error":');
  expect(scene.orderOf('43255[', '43256[').map((at) => at >= 0)).toEqual([false, true]);
  expect(scene.sent).toHaveLength(255);
  scene.sent[0]?.done(appended);
  await scene.hears('430[');
  scene.write(usual(300));
  await eventually(() => expect(scene.sent).toHaveLength(256));
});

test('a drain waits for messages on the short way, and refuses further ones', async () => {
  await using scene = await Scene.start(null);
  scene.write(usual(1));
  await eventually(() => expect(scene.sent).toHaveLength(1));
  const drained = scene.edge.gateway.drain(0);
  scene.write(usual(2));
  await scene.hears('"code":"draining"');
  scene.sent[0]?.done(appended);
  await scene.hears('431[');
  await scene.hears('["closing",{"code":"drain"}]');
  await drained;
  const [first = 0, closing = 0] = scene.orderOf('431[', '["closing"');
  expect(first).toBeLessThan(closing);
});

test('a message whose socket is gone is answered nowhere, and nothing fails', async () => {
  await using scene = await Scene.start(null);
  scene.write(usual(1));
  await eventually(() => expect(scene.sent).toHaveLength(1));
  scene.write('41');
  await eventually(() => expect(scene.edge.hub.devices.size).toBe(0));
  scene.sent[0]?.done(appended);
  expect(scene.edge.logs.filter(({ level }) => level === 'error')).toEqual([]);
});

test('every frame counts against the frames of a second', async () => {
  const clock = { monotonicMs: () => 0, after: systemClock.after };
  const usualSend = (_message: UsualMessage, done: AppendCallback) => done(appended);
  await using scene = await Scene.start(null, { clock, usualSend });
  scene.write(...Array.from({ length: 20_000 }, (_, id) => usual(id, 'x')));
  await eventually(() => expect(scene.edge.hub.devices.size).toBe(0));
  expect(scene.edge.calls).toEqual([]);
});
