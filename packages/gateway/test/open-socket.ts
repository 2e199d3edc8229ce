/** A Socket.IO server with one socket, whose client is a TCP socket that the test reads and writes by hand. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import { eventually } from '@plenum/testkit';
import { Server, type Socket } from 'socket.io';
import { expect } from 'vitest';
import { frame, rawSocket } from './raw-socket.ts';

export interface OpenSocket {
  readonly io: Server;
  readonly client: TcpSocket;
  readonly socket: Socket;
  /** The server's end of the connection. */
  readonly tcp: TcpSocket;
}

/** @param onText called with what the client gets after the handshake, as latin1 */
export async function openSocket(onText: (text: string) => void): Promise<OpenSocket> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const connected = once(io, 'connection');
  const client = await rawSocket(`http://127.0.0.1:${address.port}`);
  client.write(frame('40'));
  const [socket]: Socket[] = await connected;
  if (socket === undefined) throw new Error('no socket');
  let greeting = '';
  const greet = (data: Buffer) => {
    greeting += data.toString('latin1');
  };
  client.on('data', greet);
  await eventually(() => expect(greeting).toContain('40{"sid"'));
  client.off('data', greet);
  client.on('data', (data) => onText(data.toString('latin1')));
  return { io, client, socket, tcp: socket.request.socket };
}
