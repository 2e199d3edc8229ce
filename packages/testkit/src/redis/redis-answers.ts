/** Whether a Redis on a port answers, without a client library and without a password. */
import { connect } from 'node:net';

const attemptMs = 1000;

/** True when Redis serves commands: `-NOAUTH` counts, `-LOADING` does not. */
export function redisAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(attemptMs, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => finish(/^(\+PONG|-NOAUTH)/.test(reply.toString('latin1'))));
  });
}
