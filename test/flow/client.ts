/** A user's device over plain socket.io-client, as any client of the service would be written. */
import type { Answer, RelayMessagePush } from '@plenum/protocol';
import { io, type Socket } from 'socket.io-client';

export interface Device extends Disposable {
  readonly socket: Socket;
  /** Messages as they came. */
  readonly received: RelayMessagePush['result'][];
  request(type: string, args: object): Promise<Answer<Record<string, unknown>>>;
}

async function devToken(url: string, userId: string): Promise<string> {
  const answer = await fetch(`${url}/v1/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: userId }),
  });
  const body: unknown = await answer.json();
  if (typeof body === 'object' && body !== null && 'token' in body) return String(body.token);
  throw new Error(`no token: ${JSON.stringify(body)}`);
}

/** Connected when it resolves. */
export async function connectDevice(url: string, userId: string): Promise<Device> {
  const auth = { token: await devToken(url, userId) };
  const socket = io(url, { transports: ['websocket'], auth, forceNew: true, reconnectionDelay: 50 });
  const received: RelayMessagePush['result'][] = [];
  socket.on('relay_message', (push: RelayMessagePush) => received.push(push.result));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    socket,
    received,
    request: (request_type, args) => socket.timeout(10_000).emitWithAck('request', { request_type, args }),
    [Symbol.dispose]: () => void socket.disconnect(),
  };
}
