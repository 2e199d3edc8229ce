/** Watches the commands of a Redis by MONITOR, in their order. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';

/** @param source `lua` for a command of a script, otherwise the address of the client */
export type OnCommand = (command: readonly string[], source: string) => void;

/** `+1700000000.1 [0 127.0.0.1:4000] "get" "key"`. The answer to MONITOR itself, `+OK`, is no such line. */
const line = /^\+[\d.]+ \[\d+ ([^\]]+)\] (.*)$/;
const quoted = /"((?:[^"\\]|\\.)*)"/g;
const escaped = /\\(x[0-9a-f]{2}|.)/gi;
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };

const againMs = 20;

/**
 * It has a socket of its own, because ioredis fails if a line arrives together with the answer to MONITOR. It continues when Redis
 * comes back; what happened in between is not seen.
 * @param redisUrl `redis://` or `rediss://`, with or without user and password
 * @returns after Redis has begun to report; bytes beyond ASCII come as one character each
 * @throws Error if it cannot connect
 */
export async function monitorRedis(redisUrl: string, onCommand: OnCommand): Promise<{ stop(): void }> {
  const url = new URL(redisUrl);
  let isStopped = false;
  let socket = await connected(url);
  const begin = (): Promise<unknown> => {
    socket.once('close', () => void setTimeout(again, againMs));
    return watch(socket, url, onCommand);
  };
  const again = async () => {
    if (isStopped) return;
    const next = await connected(url).catch(() => null);
    if (next === null) return void setTimeout(again, againMs);
    if (isStopped) return void next.destroy();
    socket = next;
    await begin();
  };
  await begin();
  const stop = () => {
    isStopped = true;
    socket.destroy();
  };
  return { stop };
}

async function connected({ protocol, hostname, port }: URL): Promise<Socket> {
  const address = { host: hostname, port: Number(port) };
  const isTls = protocol === 'rediss:';
  const socket = isTls ? connectTls(address) : connect(address);
  await once(socket, isTls ? 'secureConnect' : 'connect');
  // A lost connection ends the lines.
  socket.on('error', () => {});
  return socket;
}

/** Resolves when Redis has begun to report, or the connection is lost. */
async function watch(socket: Socket, { username, password }: URL, onCommand: OnCommand): Promise<void> {
  socket.setEncoding('latin1');
  const lines = createInterface({ input: socket });
  const begun = Promise.race([once(lines, 'line'), once(lines, 'close')]);
  const login = [username || 'default', password].map(decodeURIComponent);
  if (password !== '') socket.write(encoded(['AUTH', ...login]));
  lines.on('line', (text) => {
    const [, source, rest] = line.exec(text) ?? [];
    if (source !== undefined && rest !== undefined) onCommand(argumentsIn(rest), source);
  });
  socket.write('MONITOR\r\n');
  await begun;
}

const encoded = (command: readonly string[]) =>
  `*${command.length}\r\n${command.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`).join('')}`;

const argumentsIn = (text: string): readonly string[] =>
  [...text.matchAll(quoted)].map(([, inner = '']) =>
    inner.replace(escaped, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (controls[code] ?? code),
    ),
  );
