/**
 * The client with the faster reader does what the client alone does, for any replies, cut anywhere. This also pins what
 * is assumed of the client library: an upgrade that changes it fails here by name.
 */
import { Socket } from 'node:net';
import fc from 'fast-check';
import { AbstractConnector, Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { readPayloads } from './read-payloads.ts';

/** A connection whose other side is the test. */
function scriptedSocket(): Socket {
  const socket = new Socket();
  vi.spyOn(socket, 'write').mockReturnValue(true);
  return socket;
}

type Protocol = 2 | 3;

/** A client on scripted connections. `log` has everything that it emits and answers, in order. */
class ScriptedClient {
  readonly sockets: Socket[] = [];
  readonly log: string[] = [];
  readonly redis: Redis;

  constructor(isFast: boolean, protocol: Protocol) {
    const { sockets, log } = this;
    this.redis = new Redis({
      Connector: class extends AbstractConnector {
        constructor() {
          super(0);
        }
        async connect() {
          this.stream = scriptedSocket();
          sockets.push(this.stream);
          return this.stream;
        }
      },
      protocol,
      enableReadyCheck: false,
      disableClientInfo: true,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      retryStrategy: () => 0,
    });
    if (isFast) readPayloads(this.redis);
    for (const event of ['smessageBuffer', 'messageBuffer', 'pmessageBuffer', 'moved', 'error'])
      this.redis.on(event, (...args: unknown[]) => {
        log.push(`${event} ${args.map(textOf).join(' ')}`);
      });
  }

  /** Resolves when the client is subscribed to a channel on its newest connection. */
  async subscribed(connection = 1): Promise<void> {
    await vi.waitUntil(() => this.sockets.length === connection && this.redis.status !== 'connecting', {
      interval: 1,
    });
    if (this.redis.condition?.protocol === 3) this.receive('%1\r\n$5\r\nproto\r\n:3\r\n');
    await vi.waitUntil(() => this.redis.status === 'ready', { interval: 1 });
    const subscribed = this.redis.ssubscribe('a');
    this.receive(
      `${this.redis.condition?.protocol === 3 ? '>' : '*'}3\r\n$10\r\nssubscribe\r\n$1\r\na\r\n:1\r\n`,
    );
    await subscribed;
  }

  close(): void {
    this.redis.disconnect();
    this.sockets.at(-1)?.destroy();
  }

  receive(bytes: string | Buffer): void {
    this.sockets.at(-1)?.emit('data', typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  send(command: readonly string[]): void {
    const [name = '', ...args] = command;
    this.redis.call(name, ...args).then(
      (answer) => this.log.push(`answer ${name} ${textOf(answer)}`),
      (error: unknown) => this.log.push(`answer ${name} ${error instanceof Error ? error.message : ''}`),
    );
  }
}

const textOf = (value: unknown): string =>
  Buffer.isBuffer(value) ? value.toString('latin1') : value instanceof Error ? value.message : `${value}`;

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;

interface Reply {
  readonly command?: readonly string[];
  readonly reply: string;
}

const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const text = fc.oneof(bytes, fc.constantFrom('', '\r\n', '>3\r\n$8\r\nsmessage\r\n$1\r\na\r\n$1\r\nb\r\n'));
const name = fc.constantFrom('a', 'b', 'plenum#/#{p1}room#');

/** What a server may send to a subscriber, with the command that it answers. */
const replyOf = (first: '*' | '>'): fc.Arbitrary<Reply> => {
  const payload = fc.tuple(name, text).map(([channel, body]) => ({
    reply: `${first}3\r\n${bulk('smessage')}${bulk(channel)}${bulk(body)}`,
  }));
  const ofOthers = fc.tuple(name, text).map(([channel, body]) => ({
    reply: `${first}3\r\n${bulk('message')}${bulk(channel)}${bulk(body)}`,
  }));
  const subscribed = fc.tuple(name, fc.integer({ min: 1, max: 9 })).map(([channel, count]) => ({
    command: ['ssubscribe', channel],
    reply: `${first}3\r\n${bulk('ssubscribe')}${bulk(channel)}:${count}\r\n`,
  }));
  const refused = name.map((channel) => ({ command: ['ssubscribe', channel], reply: '-NOPERM no\r\n' }));
  const moved = name.map((channel) => ({ command: ['ssubscribe', channel], reply: '-MOVED 1 a:1\r\n' }));
  const dropped = fc.tuple(name, fc.integer({ min: 1, max: 9 })).map(([channel, count]) => ({
    command: ['sunsubscribe', channel],
    reply: `${first}3\r\n${bulk('sunsubscribe')}${bulk(channel)}:${count}\r\n`,
  }));
  const pong = fc.constant({
    command: ['ping'],
    reply: first === '>' ? '+PONG\r\n' : `*2\r\n${bulk('pong')}${bulk('')}`,
  });
  const any = [payload, payload, payload, ofOthers, subscribed, refused, moved, dropped, pong];
  if (first === '*') return fc.oneof(...any);
  const role = fc.constant({ command: ['role'], reply: `*3\r\n${bulk('master')}:1\r\n*0\r\n` });
  const info = text.map((body) => ({ command: ['info'], reply: bulk(body) }));
  const map = fc.constant({ command: ['hello'], reply: `%1\r\n${bulk('proto')}:3\r\n` });
  return fc.oneof(...any, role, info, map);
};

interface Run {
  readonly protocol: Protocol;
  readonly replies: readonly Reply[];
  /** Sizes of the parts in which the replies come. */
  readonly sizes: readonly number[];
}

async function logOf({ protocol, replies, sizes }: Run, isFast: boolean) {
  const client = new ScriptedClient(isFast, protocol);
  await client.subscribed();
  for (const { command } of replies) if (command !== undefined) client.send(command);
  const sent = replies.map(({ reply }) => reply).join('');
  for (let at = 0, i = 0; at < sent.length; i += 1) {
    const end = at + (sizes[i % sizes.length] ?? 1);
    client.receive(sent.slice(at, end));
    // The answers of this part are logged before the next part comes, as with a real connection.
    await new Promise((resolve) => setImmediate(resolve));
    at = end;
  }
  client.close();
  return client.log;
}

/** The library takes a payload as complete when the CR behind it is there, the reader when the LF is there too. */
const isEvent = (line: string) => !line.startsWith('answer ');
const eventsAndAnswers = (log: readonly string[]) => [
  log.filter(isEvent),
  log.filter((line) => !isEvent(line)),
];

const run = (protocol: Protocol, sizes: fc.Arbitrary<number[]>): fc.Arbitrary<Run> =>
  fc.record({
    protocol: fc.constant(protocol),
    replies: fc.array(replyOf(protocol === 3 ? '>' : '*'), { maxLength: 25 }),
    sizes,
  });
const anySizes = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 200 })), { minLength: 1 });

test.each<Protocol>([2, 3])(
  'the same events and the same answers, cut anywhere, RESP%i',
  async (protocol) => {
    await fc.assert(
      fc.asyncProperty(run(protocol, anySizes), async (given) => {
        const ordinary = eventsAndAnswers(await logOf(given, false));
        expect(eventsAndAnswers(await logOf(given, true))).toEqual(ordinary);
      }),
      { numRuns: 40 },
    );
  },
);

test.each<Protocol>([2, 3])('events and answers in the same order in one read, RESP%i', async (protocol) => {
  await fc.assert(
    fc.asyncProperty(run(protocol, fc.constant([1_000_000])), async (given) => {
      const ordinary = await logOf(given, false);
      expect(await logOf(given, true)).toEqual(ordinary);
    }),
    { numRuns: 40 },
  );
});

const payloadOf = (body: string) => `>3\r\n${bulk('smessage')}${bulk('a')}${bulk(body)}`;

test('the library decodes no payload, and everything else', async () => {
  const client = new ScriptedClient(true, 3);
  await client.subscribed();
  // The library asks for the listeners of every kind of message that it decodes.
  const listeners = vi.spyOn(client.redis, 'listeners');
  client.receive(`${payloadOf('one')}>3\r\n${bulk('message')}${bulk('a')}${bulk('b')}${payloadOf('two')}`);
  expect(listeners.mock.calls).toEqual([['message']]);
  expect(client.log).toEqual(['smessageBuffer a one', 'messageBuffer a b', 'smessageBuffer a two']);
  client.close();
});

test('a payload that was cut when its connection ended is not continued on the next one', async () => {
  const client = new ScriptedClient(true, 3);
  await client.subscribed();
  client.receive(payloadOf('lost').slice(0, -3));
  client.sockets[0]?.destroy();
  await client.subscribed(2);
  client.receive(payloadOf('heard'));
  expect(client.log.filter((line) => line.startsWith('smessage'))).toEqual(['smessageBuffer a heard']);
  client.close();
});

test('a connection without the listener that is assumed is read by the library alone', async () => {
  const client = new ScriptedClient(false, 3);
  client.redis.prependListener('connect', () => {
    client.sockets[0]?.prependOnceListener('data', () => undefined);
  });
  readPayloads(client.redis);
  await client.subscribed();
  client.receive(payloadOf('one') + payloadOf('two'));
  expect(client.log).toEqual(['smessageBuffer a one', 'smessageBuffer a two']);
  client.close();
});

test('silence is still noticed: every read counts, also of payloads alone', async () => {
  const client = new ScriptedClient(true, 3);
  await client.subscribed();
  const seen = vi.fn();
  client.sockets[0]?.on('data', seen);
  client.receive(payloadOf('one').slice(0, 10));
  client.receive(payloadOf('one').slice(10));
  expect(seen).toHaveBeenCalledTimes(2);
  client.close();
});

test('after a handler that throws the next payload follows, and the error is an uncaught one', async () => {
  const client = new ScriptedClient(true, 3);
  await client.subscribed();
  client.redis.prependOnceListener('smessageBuffer', () => {
    throw new Error('a bug');
  });
  const later: (() => void)[] = [];
  const nextTick = vi
    .spyOn(process, 'nextTick')
    .mockImplementation((task) => void later.push(() => Reflect.apply(task, undefined, [])));
  client.receive(payloadOf('one') + payloadOf('two'));
  nextTick.mockRestore();
  expect(client.log).toEqual(['smessageBuffer a two']);
  expect(later).toHaveLength(1);
  expect(later[0]).toThrow('a bug');
  client.close();
});
