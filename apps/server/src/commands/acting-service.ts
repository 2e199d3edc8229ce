/** Where a command finds the service, and the admin token with which it acts. */
import type { ClientConfig } from '../config/client-config.ts';
import { createServiceCalls, type ServiceCalls } from '../transfer/service-calls.ts';
import { clientConfigOrNull } from './read-configuration.ts';
import { nodeUrlOf } from './user-token.ts';

export interface ServiceActingOptions {
  /** An admin token. Absent: PLENUM_ADMIN_TOKEN. */
  readonly token?: string;
  /** Of a node or a load balancer, with the path before `/v1` if there is one. */
  readonly url?: string;
}

export interface ActingService {
  readonly call: ServiceCalls;
  readonly config: ClientConfig;
}

/** @returns null if the configuration has problems, which were printed. @throws Error with one sentence without a token */
export async function actingService(options: ServiceActingOptions): Promise<ActingService | null> {
  const config = await clientConfigOrNull([
    ...(options.url === undefined ? (['place'] as const) : []),
    ...(options.token === undefined ? (['admin token'] as const) : []),
  ]);
  if (config === null) return null;
  const token = options.token ?? config.adminToken;
  if (token === null) throw new Error('Give an admin token: --token <token> or PLENUM_ADMIN_TOKEN');
  return { call: createServiceCalls({ url: options.url ?? nodeUrlOf(config), token }), config };
}
