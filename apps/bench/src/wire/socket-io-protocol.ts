/** Socket.IO without its library: the packets of Engine.IO 4 over WebSocket. */
import type { ProtocolLine, WireProtocol } from './wire-protocol.ts';

const code = (character: string) => character.charCodeAt(0);
const packet = { open: code('0'), ping: code('2'), message: code('4') } as const;
const message = {
  connect: code('0'),
  disconnect: code('1'),
  event: code('2'),
  ack: code('3'),
  refused: code('4'),
} as const;
const array = code('[');

/** Refusals that may pass end the connection, as of any client that does not ask for them. */
export const plainSocketIo: WireProtocol = {
  path: '/socket.io/',
  query: '?EIO=4&transport=websocket',
  upgraded: () => {},
  request: (id, event, payload) => `42${id}["${event}",${payload}]`,
  read: (bytes, { start, end }, line) => {
    const kind = bytes[start];
    if (kind === packet.message) readMessage(bytes, start, end, line);
    else if (kind === packet.ping) line.send('3');
    else if (kind === packet.open) line.send(`40${JSON.stringify(line.auth)}`);
  },
};

/** Reads every refusal, with its pause. */
export const socketIo: WireProtocol = {
  ...plainSocketIo,
  query: `${plainSocketIo.query}&refusals=connect_error`,
};

function readMessage(bytes: Buffer, start: number, end: number, line: ProtocolLine): void {
  const kind = bytes[start + 1];
  if (kind === message.event) line.handler.event(bytes, start + 2, end);
  else if (kind === message.ack) {
    const begin = bytes.indexOf(array, start + 2);
    line.handler.ack(Number(bytes.toString('latin1', start + 2, begin)), bytes, begin, end);
  } else if (kind === message.connect) line.opened();
  else if (kind === message.refused) {
    line.end(`the server refused: ${bytes.toString('utf8', start + 2, Math.min(end, start + 300))}`);
  } else if (kind === message.disconnect) line.end('the server sent a disconnect');
}
