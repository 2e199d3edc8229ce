/** Watches the commands of a Redis by MONITOR. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';

/** @param source `lua` for a command of a script, otherwise the address of the client */
export type OnCommand = (command: readonly string[], source: string) => void;

/** `+1700000000.1 [0 127.0.0.1:4000] "get" "key"`. The answer to MONITOR itself, `+OK`, is no such line. */
const line = /^\+[\d.]+ \[\d+ ([^\]]+)\] (.*)$/;
const quoted = /"((?:[^"\\]|\\.)*)"/g;
const escaped = /\\(x[0-9a-f]{2}|.)/gi;
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };

/**
 * It has a socket of its own, because ioredis fails if a line arrives together with the answer to MONITOR.
 * @param redisUrl `redis://` or `rediss://`, with or without user and password
 * @returns after Redis has begun to tell; bytes beyond ASCII come as one character each
 * @throws Error if it cannot connect
 */
export async function monitorRedis(redisUrl: string, onCommand: OnCommand): Promise<{ stop(): void }> {
  const { protocol, hostname, port, username, password } = new URL(redisUrl);
  const address = { host: hostname, port: Number(port) };
  const isTls = protocol === 'rediss:';
  const socket = isTls ? connectTls(address) : connect(address);
  await once(socket, isTls ? 'secureConnect' : 'connect');
  socket.setEncoding('latin1');
  // A lost connection ends the lines: what waits for one fails by itself.
  socket.on('error', () => {});
  const lines = createInterface({ input: socket });
  const isMonitoring = once(lines, 'line');
  const login = [username || 'default', password].map(decodeURIComponent);
  if (password !== '') socket.write(encoded(['AUTH', ...login]));
  lines.on('line', (text) => {
    const [, source, rest] = line.exec(text) ?? [];
    if (source !== undefined && rest !== undefined) onCommand(argumentsIn(rest), source);
  });
  socket.write('MONITOR\r\n');
  await isMonitoring;
  return { stop: () => void socket.destroy() };
}

const encoded = (command: readonly string[]) =>
  `*${command.length}\r\n${command.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`).join('')}`;

const argumentsIn = (text: string): readonly string[] =>
  [...text.matchAll(quoted)].map(([, inner = '']) =>
    inner.replace(escaped, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (controls[code] ?? code),
    ),
  );
