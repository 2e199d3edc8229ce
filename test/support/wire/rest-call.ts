/** A request of the request table as the REST call that means the same, so that one case is asked at both doors. */
import { type RequestRoute, requestRoutes, urlPath } from '@plenum/protocol';

export type Args = Readonly<Record<string, unknown>>;

export interface HttpCall {
  readonly method: string;
  /** Query included. */
  readonly path: string;
  /** Undefined: none. */
  readonly body: Args | undefined;
}

const routes = requestRoutes();

function routeOf(requestType: string): RequestRoute {
  const wanted = requestType === 'send_message' ? 'relay_msg' : requestType;
  const route = routes.find(({ request }) => request === wanted);
  if (route === undefined) throw new Error(`REST has no ${requestType}`);
  return route;
}

/** Path, query and body of a route from its fields; fields that are not the route's go into the body. */
export function httpCall(route: RequestRoute, fields: Args): HttpCall {
  const left = new Map(Object.entries(fields));
  const take = (name: string) => {
    const value = left.get(name);
    left.delete(name);
    return encodeURIComponent(String(value ?? ''));
  };
  const path = urlPath(route.path.replace(/(?<!:):(\w+)/g, (_, name: string) => take(name)));
  const query = Object.keys(route.query.shape)
    .filter((name) => left.has(name))
    .map((name) => `${name}=${take(name)}`);
  const body = Object.fromEntries(left);
  return {
    method: route.method,
    path: query.length === 0 ? path : `${path}?${query.join('&')}`,
    body: left.size === 0 ? undefined : body,
  };
}

/** @param userId the actor: named where the route needs it, otherwise by the token. */
export function restCall(requestType: string, args: Args, userId: string): HttpCall {
  const route = routeOf(requestType);
  const named = ['creator_id', 'from_user_id', 'user_id'].includes(route.actor)
    ? { [route.actor]: userId }
    : {};
  return httpCall(route, { ...args, ...named });
}
