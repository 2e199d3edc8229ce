/** How a client learns that it may not connect: `connect_error`, with the failure as `data`. */
import { type Failure, failureBody } from '@plenum/protocol';

export class HandshakeRefusal extends Error {
  readonly data: ReturnType<typeof failureBody>;

  constructor(failure: Failure) {
    const body = failureBody(failure);
    super(body.error);
    this.name = 'HandshakeRefusal';
    this.data = body;
  }
}

/** The same as a packet of Socket.IO, where there is no socket that could be refused. */
export function connectErrorPacket(failure: Failure): string {
  const { message, data } = new HandshakeRefusal(failure);
  return `4${JSON.stringify({ message, data })}`;
}
