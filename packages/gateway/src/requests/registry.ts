/** Every request by service and type: who may ask, what its arguments are, which operation it is. */
import { type Clock, fail, type Logger, type Operations, type Outcome } from '@plenum/core';
import {
  isPlainMessage,
  parse,
  type RequestTable,
  type RequestType,
  requestAliases,
  requestTable,
  userIdSchema,
} from '@plenum/protocol';
import type { z } from 'zod';
import { type CustomRequest, customRequests } from './custom-request.ts';
import type { RegisteredRequest, RequestCall, RequestHandler } from './request-handler.ts';

export interface RequestRegistry {
  /** @returns null if the service has no such request; null as `service` is the built-in one. */
  find(service: string | null, requestType: string): RegisteredRequest | null;
  /** Admits a user directly; for the service only, so there is no request type for it. */
  readonly admit: RequestHandler;
}

interface RegistryOptions {
  readonly operations: Operations;
  readonly service: string;
  readonly messageMaxBytes: number;
  readonly createPolicy: 'any' | 'service';
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the team's own. */
  readonly requests?: readonly CustomRequest[];
}

function handler<A>(
  schema: z.ZodType<A>,
  run: (call: RequestCall, args: A) => Promise<Outcome<unknown>>,
): RequestHandler {
  return async (call) => {
    const args = parse(schema, call.args ?? {}, 'invalid_args');
    return args.ok ? run(call, args.value) : fail(args.failure);
  };
}

/** Most requests are messages, and most messages look as they should. */
function messageHandler(
  { operations, messageMaxBytes }: RegistryOptions,
  table: RequestTable,
): RequestHandler {
  const others = handler(table.relay_msg.args, ({ caller }, args) => operations.relay_msg(caller, args));
  return (call) =>
    isPlainMessage(call.args, messageMaxBytes) ? operations.relay_msg(call.caller, call.args) : others(call);
}

type Handlers = Readonly<Record<Exclude<RequestType, 'send_message'>, RequestHandler>>;

/** `unsubscribe` is none, but it must not pass the `subscribe` before it: what was said last counts. */
const reads: ReadonlySet<string> = new Set<keyof Handlers>([
  'explain',
  'find_groups',
  'get_group_info',
  'history',
  'list_dead_letters',
  'list_groups',
  'list_members',
  'presence',
  'subscribe',
  'unsubscribe',
]);

/** A token counts for a connection: only a socket has one to refresh. */
const refreshToken: (table: RequestTable) => RequestHandler = (table) =>
  handler(table.refresh_token.args, async ({ refreshToken: refresh }, { token }) =>
    refresh === undefined
      ? fail({ code: 'invalid_request', error: 'only a connected device can refresh its token' })
      : refresh(token),
  );

function membershipHandlers(operations: Operations, table: RequestTable) {
  return {
    join_group: handler(table.join_group.args, ({ caller }, args) => operations.join_group(caller, args)),
    leave_group: handler(table.leave_group.args, ({ caller }, args) => operations.leave_group(caller, args)),
    accept_member: handler(table.accept_member.args, ({ caller }, args) =>
      operations.accept_member(caller, args),
    ),
    reject_member: handler(table.reject_member.args, ({ caller }, args) =>
      operations.reject_member(caller, args),
    ),
    mute_member: handler(table.mute_member.args, ({ caller }, args) => operations.mute_member(caller, args)),
    unmute_member: handler(table.unmute_member.args, ({ caller }, args) =>
      operations.unmute_member(caller, args),
    ),
    kick_member: handler(table.kick_member.args, ({ caller }, args) => operations.kick_member(caller, args)),
    ban_member: handler(table.ban_member.args, ({ caller }, args) => operations.ban_member(caller, args)),
    unban_member: handler(table.unban_member.args, ({ caller }, args) =>
      operations.unban_member(caller, args),
    ),
    promote_member: handler(table.promote_member.args, ({ caller }, args) =>
      operations.promote_member(caller, args),
    ),
    demote_member: handler(table.demote_member.args, ({ caller }, args) =>
      operations.demote_member(caller, args),
    ),
  };
}

function groupHandlers({ operations, createPolicy }: RegistryOptions, table: RequestTable) {
  return {
    create_group: handler(table.create_group.args, async ({ caller, isByService }, args) => {
      if (createPolicy === 'service' && !isByService) return fail({ code: 'forbidden' });
      return operations.create_group(caller, args);
    }),
    delete_group: handler(table.delete_group.args, ({ caller }, args) =>
      operations.delete_group(caller, args),
    ),
    update_group: handler(table.update_group.args, ({ caller }, args) =>
      operations.update_group(caller, args),
    ),
    explain: handler(table.explain.args, ({ caller }, args) => operations.explain(caller, args)),
    find_groups: handler(table.find_groups.args, ({ caller }, args) => operations.find_groups(caller, args)),
    get_group_info: handler(table.get_group_info.args, ({ caller }, args) =>
      operations.get_group_info(caller, args),
    ),
    list_members: handler(table.list_members.args, ({ caller }, args) =>
      operations.list_members(caller, args),
    ),
    list_groups: handler(table.list_groups.args, ({ caller }, args) => operations.list_groups(caller, args)),
  };
}

function logHandlers(options: RegistryOptions, table: RequestTable) {
  const { operations } = options;
  return {
    relay_msg: messageHandler(options, table),
    subscribe: handler(table.subscribe.args, ({ caller }, args) => operations.subscribe(caller, args)),
    unsubscribe: handler(table.unsubscribe.args, ({ caller }, args) => operations.unsubscribe(caller, args)),
    history: handler(table.history.args, ({ caller }, args) => operations.history(caller, args)),
  };
}

function presenceHandlers(operations: Operations, table: RequestTable) {
  return {
    presence: handler(table.presence.args, ({ caller }, args) => operations.presence(caller, args)),
    typing: handler(table.typing.args, ({ caller }, args) => operations.typing(caller, args)),
    mark_read: handler(table.mark_read.args, ({ caller }, args) => operations.mark_read(caller, args)),
    disconnect_user: handler(table.disconnect_user.args, ({ caller }, args) =>
      operations.disconnect_user(caller, args),
    ),
    revoke_user: handler(table.revoke_user.args, ({ caller }, args) => operations.revoke_user(caller, args)),
  };
}

function deadLetterHandlers(operations: Operations, table: RequestTable) {
  return {
    list_dead_letters: handler(table.list_dead_letters.args, ({ caller }, args) =>
      operations.list_dead_letters(caller, args),
    ),
    retry_dead_letter: handler(table.retry_dead_letter.args, ({ caller }, args) =>
      operations.retry_dead_letter(caller, args),
    ),
    delete_dead_letter: handler(table.delete_dead_letter.args, ({ caller }, args) =>
      operations.delete_dead_letter(caller, args),
    ),
  };
}

/** @throws ConfigError for a request of the team that cannot be registered. */
export function createRequestRegistry(options: RegistryOptions): RequestRegistry {
  const table = requestTable(options.messageMaxBytes);
  const handlers: Handlers = {
    ...membershipHandlers(options.operations, table),
    ...groupHandlers(options, table),
    ...logHandlers(options, table),
    ...presenceHandlers(options.operations, table),
    ...deadLetterHandlers(options.operations, table),
    refresh_token: refreshToken(table),
  };
  // Maps, because a client may ask for `constructor` or `__proto__`.
  const byType = new Map<string, RegisteredRequest>();
  for (const [requestType, handle] of Object.entries(handlers)) {
    byType.set(requestType, { handle, isRead: reads.has(requestType) });
  }
  for (const [alias, requestType] of Object.entries(requestAliases)) {
    const target = byType.get(requestType);
    if (target !== undefined) byType.set(alias, target);
  }
  const custom = customRequests(options, (requestType) => byType.has(requestType));
  return {
    admit: handler(table.join_group.args.extend({ user_id: userIdSchema }), ({ caller }, args) =>
      options.operations.join_group(caller, { ...args, admit: true }),
    ),
    find: (service, requestType) => {
      const isBuiltIn = service === null || service === options.service;
      return (isBuiltIn ? byType.get(requestType) : undefined) ?? custom.find(service, requestType);
    },
  };
}
