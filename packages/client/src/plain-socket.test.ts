import type { Socket } from 'socket.io-client';
import { expectTypeOf, test } from 'vitest';
import type { PlenumClientEvents, PlenumRequests, PlenumServerEvents } from './plain-socket.ts';

declare const plain: Socket<PlenumServerEvents, PlenumClientEvents>;
declare const socket: Socket<PlenumServerEvents, PlenumClientEvents> & PlenumRequests;

/** Never called: the compiler reads it. */
export function pushes() {
  plain.on('relay_message', ({ result }) => {
    expectTypeOf(result.seq).toEqualTypeOf<number>();
    // @ts-expect-error a message has no such field
    result.nothing;
  });
  plain.on('closing', ({ code }) => {
    expectTypeOf(code).toEqualTypeOf<
      'slow_consumer' | 'token_expired' | 'revoked' | 'disconnected' | 'drain'
    >();
  });
  plain.on('connect_error', (error) => error.message);
  // @ts-expect-error there is no such push
  plain.on('relayed_message', () => {});
}

/** Never called. */
export function plainRequests() {
  plain.emit('request', { request_type: 'join_group', args: { group_id: 'g' } }, (answer) => answer.success);
  // @ts-expect-error the arguments are those of another request
  plain.emit('request', { request_type: 'join_group', args: { message: 'hello' } }, () => {});
  // @ts-expect-error there is no such request
  plain.emit('request', { request_type: 'join_grop', args: { group_id: 'g' } }, () => {});
  // @ts-expect-error requests are sent as the event `request`
  plain.emit('requests', { request_type: 'join_group', args: { group_id: 'g' } }, () => {});
}

/** Never called. */
export async function answers() {
  const joined = await socket.emitWithAck('request', { request_type: 'join_group', args: { group_id: 'g' } });
  if (joined.success) {
    expectTypeOf(joined.result.status).toEqualTypeOf<'active' | 'pending' | 'muted'>();
    // @ts-expect-error the result of another request
    joined.result.message_id;
  } else expectTypeOf(joined.can_retry).toEqualTypeOf<boolean>();
  const request = { request_type: 'relay_msg', args: { group_id: 'g', message: 'hello' } } as const;
  const sent = await socket.timeout(5000).emitWithAck('request', request);
  if (sent.success) expectTypeOf(sent.result).toHaveProperty('timestamp');
  socket.emit('request', { request_type: 'presence', args: { group_id: 'g' } }, (answer) => {
    if (answer.success) expectTypeOf(answer.result.online[0]).toExtend<string | undefined>();
  });
  // @ts-expect-error group_id is missing
  await socket.emitWithAck('request', { request_type: 'presence', args: {} });
}

test('plain sockets have the types of pushes, requests and results', () => {
  expectTypeOf<PlenumServerEvents['typing']>().parameter(0).toHaveProperty('user_id');
});
