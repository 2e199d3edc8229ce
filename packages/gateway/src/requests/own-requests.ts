import { type Clock, ConfigError, type Logger, type Operations } from '@plenum/core';
import type { OwnRequest } from './own-request.ts';
import type { RegisteredRequest } from './request-handler.ts';

export interface OwnRequestsOptions {
  readonly operations: Operations;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of the service of the built-in requests. */
  readonly service: string;
  readonly requests?: readonly OwnRequest[];
}

/** As an envelope can name it; without spaces, so that service and type make one name. */
const namePattern = /^[\x21-\x7e]{1,64}$/;

/**
 * The requests of the team by service and type.
 * @param isReserved whether a type of the built-in service has the name already
 * @throws ConfigError for a name that no envelope can hold, that is reserved or that is there twice
 */
export function ownRequests(
  options: OwnRequestsOptions,
  isReserved: (requestType: string) => boolean,
): { find(service: string | null, requestType: string): RegisteredRequest | null } {
  const registered = new Map<string, RegisteredRequest>();
  const nameOf = (service: string | null, requestType: string) =>
    `${service ?? options.service} ${requestType}`;
  for (const { service, requestType, handlerWith } of options.requests ?? []) {
    const name = nameOf(service, requestType);
    const refuse = (why: string) => new ConfigError(`request "${name.slice(0, 140)}" ${why}`);
    const isBuiltInService = service === null || service === options.service;
    if (!namePattern.test(requestType) || !namePattern.test(service ?? options.service)) {
      throw refuse('must be named by a service and a type of 1 to 64 printable ASCII characters each');
    }
    if (isBuiltInService && isReserved(requestType)) throw refuse('has the name of a built-in request');
    if (registered.has(name)) throw refuse('is declared twice');
    // What it costs is the team's to know.
    registered.set(name, { handle: handlerWith(options), isRead: false });
  }
  return { find: (service, requestType) => registered.get(nameOf(service, requestType)) ?? null };
}
