/**
 * The registry of requests, by service and type: parses the arguments and calls the operation, as the request table
 * says.
 */
import { type Clock, fail, type Logger, type OperationOf, type Operations, type Outcome } from '@plenum/core';
import {
  isPlainMessage,
  parse,
  type RequestArgs,
  type RequestSchemas,
  type RequestType,
  requestAliases,
  requestTable,
  userIdSchema,
} from '@plenum/protocol';
import type { z } from 'zod';
import { type CustomRequest, customRequests } from './custom-request.ts';
import type { RegisteredRequest, RequestCall, RequestHandler } from './request-handler.ts';

export interface RequestRegistry {
  /** @returns null if the service has no such request. `service` null: the built-in service. */
  find(service: string | null, requestType: string): RegisteredRequest | null;
  /** Admits a user directly as `active`. Only for REST with an admin token; no socket request exists. */
  readonly admit: RequestHandler;
}

interface RegistryDeps {
  readonly operations: Operations;
  readonly service: string;
  readonly messageMaxBytes: number;
  readonly createPolicy: 'any' | 'service';
  readonly clock: Clock;
  readonly logger: Logger;
  /** Custom requests of the embedding team. */
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

/** `send_message` is an alias. */
type BuiltIn = Exclude<RequestType, 'send_message'>;
/** The edge answers `refresh_token`, because it concerns only the connection. */
type OperationType = Exclude<BuiltIn, 'refresh_token'>;

/** Parses the arguments and calls the operation of the same name. */
function operationHandler<T extends OperationType>(
  requestType: T,
  operations: Operations,
  table: RequestSchemas,
): RequestHandler {
  const schemas: { readonly [K in OperationType]: { readonly args: z.ZodType<RequestArgs<K>> } } = table;
  const all: { readonly [K in OperationType]: OperationOf<K> } = operations;
  return handler(schemas[requestType].args, ({ caller }, args) => all[requestType](caller, args));
}

/** Handles messages. Most of them are plain, and a plain message skips the schema. */
function messageHandler(
  { operations, messageMaxBytes }: RegistryDeps,
  table: RequestSchemas,
): RequestHandler {
  const bySchema = operationHandler('relay_msg', operations, table);
  return (call) =>
    isPlainMessage(call.args, messageMaxBytes)
      ? operations.relay_msg(call.caller, call.args)
      : bySchema(call);
}

function createHandler({ operations, createPolicy }: RegistryDeps, table: RequestSchemas): RequestHandler {
  return handler(table.create_group.args, async ({ caller, isByService }, args) => {
    if (createPolicy === 'service' && !isByService) return fail({ code: 'forbidden' });
    return operations.create_group(caller, isByService ? { ...args, by_service: true } : args);
  });
}

/** Only a socket has a token to refresh. */
const refreshTokenHandler = (table: RequestSchemas): RequestHandler =>
  handler(table.refresh_token.args, async (call, { token }) =>
    call.token === undefined
      ? fail({ code: 'invalid_request', error: 'only a connected device can refresh its token' })
      : call.token.refresh(token),
  );

function handlerOf(requestType: BuiltIn, deps: RegistryDeps, table: RequestSchemas): RequestHandler {
  switch (requestType) {
    case 'relay_msg':
      return messageHandler(deps, table);
    case 'create_group':
      return createHandler(deps, table);
    case 'refresh_token':
      return refreshTokenHandler(table);
    default:
      return operationHandler(requestType, deps.operations, table);
  }
}

/** @throws ConfigError for a custom request that cannot be registered. */
export function createRequestRegistry(deps: RegistryDeps): RequestRegistry {
  const table = requestTable(deps.messageMaxBytes);
  const isBuiltIn = (name: string): name is BuiltIn =>
    Object.hasOwn(table, name) && !Object.hasOwn(requestAliases, name);
  // Maps, because a client may ask for `constructor` or `__proto__`.
  const byType = new Map<string, RegisteredRequest>();
  for (const requestType of Object.keys(table).filter(isBuiltIn)) {
    const isRead = table[requestType].access === 'read';
    byType.set(requestType, { handle: handlerOf(requestType, deps, table), isRead });
  }
  for (const [alias, requestType] of Object.entries(requestAliases)) {
    const target = byType.get(requestType);
    if (target !== undefined) byType.set(alias, target);
  }
  const custom = customRequests(deps, (requestType) => byType.has(requestType));
  return {
    admit: handler(table.join_group.args.safeExtend({ user_id: userIdSchema }), ({ caller }, args) =>
      deps.operations.join_group(caller, { ...args, admit: true }),
    ),
    find: (service, requestType) => {
      const isBuiltInService = service === null || service === deps.service;
      return (isBuiltInService ? byType.get(requestType) : undefined) ?? custom.find(service, requestType);
    },
  };
}
