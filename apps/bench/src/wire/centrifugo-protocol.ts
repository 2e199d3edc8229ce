/** The JSON protocol of Centrifugo: a frame holds one or more JSON objects, one a line; an empty object is a ping. */
import { digitsAt } from './digits.ts';
import type { ProtocolLine, WireProtocol } from './wire-protocol.ts';

const newline = 0x0a;
const comma = 0x2c;
const brace = 0x7b;
/** An answer begins with `{"id":`, a push with `{"push":`. */
const idAt = '{"id":'.length;
const letter = { answer: 'i'.charCodeAt(0), push: 'p'.charCodeAt(0) } as const;
const pingBytes = 2;
const connectId = 1;

export const centrifugo: WireProtocol = {
  path: '/connection/websocket',
  query: '',
  upgraded: (line) => line.send(`{"id":${connectId},"connect":{}}`),
  /** The ids of requests begin behind that of the connect command. */
  request: (id, event, payload) => `{"id":${id + connectId},"${event}":${payload}}`,
  read: (bytes, { start, end }, line) => {
    for (let at = start; at < end; ) {
      const found = bytes.indexOf(newline, at);
      const to = found < 0 || found > end ? end : found;
      if (to > at) readObject(bytes, at, to, line);
      at = to + 1;
    }
  },
};

function readObject(bytes: Buffer, start: number, end: number, line: ProtocolLine): void {
  const kind = bytes[start + 2];
  if (bytes[start] === brace && end - start === pingBytes) line.send('{}');
  else if (kind === letter.push) line.handler.event(bytes, start, end);
  else if (kind === letter.answer) readAnswer(bytes, start, end, line);
  else line.end(`the server sent ${bytes.toString('utf8', start, Math.min(end, start + 300))}`);
}

function readAnswer(bytes: Buffer, start: number, end: number, line: ProtocolLine): void {
  let digits = 0;
  while (start + idAt + digits < end && bytes[start + idAt + digits] !== comma) digits += 1;
  const id = digitsAt(bytes, start + idAt, digits);
  if (id !== connectId) line.handler.ack(id - connectId, bytes, start, end);
  else if (bytes.toString('utf8', start, end).includes('"connect"')) line.opened();
  else line.end(`the server refused: ${bytes.toString('utf8', start, Math.min(end, start + 300))}`);
}
