/** A call of the REST API, as it is sent, shown and copied. */
import type { RequestInput, RequestType } from '@plenum/protocol';
import { placed, shell } from '../../snippets/rest-call.ts';
import { restRoutes } from '../../snippets/rest-routes.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Call {
  readonly method: Method;
  /** With the query. */
  readonly path: string;
  readonly body?: object;
}

/** Fields that only REST knows: for whom the service acts, and the user that a path names. */
export interface RestFields {
  readonly actor_id?: string;
  readonly creator_id?: string;
  readonly from_user_id?: string;
  readonly user_id?: string;
  readonly status?: 'active';
}
export type CallArgs<T extends RequestType> = RequestInput<T> & RestFields;

const isMethod = (text: string): text is Method => ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(text);

/** @throws TypeError if REST has no route for the request */
export function callOf(request: string, args: object): Call {
  const route = restRoutes[request];
  if (route === undefined || !isMethod(route.method)) throw new TypeError(`no route for ${request}`);
  const { path, body } = placed(route, args, null);
  return { method: route.method, path, ...(body === null ? {} : { body }) };
}

/** The call as a command, with the token in a variable of the shell. */
export function asCurl({ method, path, body }: Call, origin = globalThis.location.origin): string {
  return [
    `curl -X ${method} ${shell(`${origin}${path}`)}`,
    `-H "authorization: Bearer $PLENUM_ADMIN_TOKEN"`,
    ...(body === undefined
      ? []
      : [`-H 'content-type: application/json'`, `-d ${shell(JSON.stringify(body))}`]),
  ].join(' \\\n  ');
}
