import { connect } from 'node:net';

/** The first message of PostgreSQL's protocol 3.0. */
function startupMessage(user: string): Buffer {
  const protocol = Buffer.from([0, 3, 0, 0]);
  const body = Buffer.concat([protocol, Buffer.from(`user\0${user}\0database\0postgres\0\0`)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

const answerTimeoutMs = 500;

/** True when the server lets `user` in; one that is starting up answers too, but with an error. */
export function postgresAnswers(port: number, user: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: answerTimeoutMs });
    const settle = (isReady: boolean) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.once('connect', () => socket.write(startupMessage(user)));
    socket.once('data', (bytes) => settle(bytes.toString('latin1', 0, 1) === 'R'));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
