/** The refusal of a handshake: the client gets `connect_error` with the failure as `data`. */
import { type Failure, failureBody } from '@plenum/protocol';
import { placeIn } from '../outbound/frames.ts';

export class HandshakeRefusal extends Error {
  readonly data: ReturnType<typeof failureBody>;

  constructor(failure: Failure) {
    const body = failureBody(failure);
    super(body.error);
    this.name = 'HandshakeRefusal';
    this.data = body;
  }
}

/** The same refusal as a Socket.IO packet, for a connection without a socket. */
export function connectErrorPacket(failure: Failure, namespace: string): string {
  const { message, data } = new HandshakeRefusal(failure);
  return `4${placeIn(namespace)}${JSON.stringify({ message, data })}`;
}
