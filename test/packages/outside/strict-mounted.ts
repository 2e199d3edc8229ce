import { createServer } from 'node:http';
import type { PlenumClientEvents, PlenumRequests, PlenumServerEvents } from '@plenum/client';
import express from 'express';
import {
  type Archive,
  type Authenticate,
  createPlenum,
  type GroupEvent,
  type LibraryFailure,
  type LibraryOutcome,
  type PresentMessage,
  type Tombstone,
} from 'plenum';
import { io, type Socket } from 'socket.io-client';

const authenticate: Authenticate = async ({ headers, signal }) => {
  if (signal.aborted || headers.cookie === undefined) return null;
  return { userId: headers.cookie, expiresAtMs: Date.now() + 60_000 };
};
const archive: Archive = {
  save: async (entries) => ({ refused: entries.map(({ message_id }) => ({ message_id, reason: 'full' })) }),
};
const server = createServer(express());
const plenum = await createPlenum({
  engine: 'memory',
  gateway: { server, prefix: '/chat', namespace: '/groups' },
  authenticate,
  adapters: { archive },
});
// @ts-expect-error a server has no port of its own
await createPlenum({ gateway: { server, port: 3000 }, authenticate: 'ann' });

const textOf = (outcome: LibraryOutcome<unknown>): string => {
  if (outcome.ok) return 'done';
  const failure: LibraryFailure = outcome.failure;
  return failure.can_retry ? `later: ${failure.message}` : failure.message;
};
const listener = {
  onMessage: (message: PresentMessage | Tombstone) => console.log(message.seq),
  onEvent: ({ type, user_id }: GroupEvent) => console.log(type, user_id),
};
textOf(await plenum.subscribe('room', listener, { userId: 'ann', after: { seq: 1, epoch: 'e' } }));
textOf(await plenum.users.revoke({ userId: 'ann' }));
textOf(await plenum.deadLetters.list({ limit: 10 }));
const nodes = await plenum.cluster.nodes();
if (nodes.ok) nodes.result.nodes[0]?.node_id satisfies string | undefined;
await plenum.drain({ withinMs: 1000 });

const socket: Socket<PlenumServerEvents, PlenumClientEvents> & PlenumRequests = io('http://localhost');
socket.on('relay_message', ({ result }) => result.seq satisfies number);
// @ts-expect-error there is no such push
socket.on('message', () => {});
const joined = await socket.emitWithAck('request', {
  request_type: 'join_group',
  args: { group_id: 'room' },
});
if (joined.success) joined.result.status satisfies 'active' | 'pending' | 'muted';
// @ts-expect-error the arguments of another request
await socket.emitWithAck('request', { request_type: 'join_group', args: { message: 'hello' } });
