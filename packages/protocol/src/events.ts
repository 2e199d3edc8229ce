/** Socket.IO event maps for typed servers and clients. */
import type { Answer } from './envelope.ts';
import type { PushEvent, PushPayload } from './pushes.ts';

export type ServerToClientEvents = {
  [E in PushEvent]: (payload: PushPayload<E>) => void;
} & { response: (answer: Answer<unknown>) => void };

export interface ClientToServerEvents {
  request: (envelope: unknown, ack?: (answer: Answer<unknown>) => void) => void;
}
