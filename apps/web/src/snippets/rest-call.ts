/** A request as REST has it: where each argument goes, and what a shell needs to send it. */
import type { RestRoute } from './rest-routes.ts';

export interface Placed {
  /** With the query. */
  readonly path: string;
  /** Null: the request has none. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** Places each argument in the path, the query or the body. Where the path or the body names the acting user, it is `userId`. */
export function placed(
  { method, path, actor, query }: Pick<RestRoute, 'method' | 'path' | 'actor' | 'query'>,
  args: object,
  userId: string | null,
): Placed {
  const left = new Map<string, unknown>(Object.entries(args));
  if (actor === 'user_id' && userId !== null) left.set('user_id', userId);
  const written = path
    .replaceAll(/(?<!\\):(\w+)/g, (_, name: string) => {
      const value = String(left.get(name) ?? '');
      left.delete(name);
      return encodeURIComponent(value);
    })
    .replaceAll('\\:', ':');
  const inQuery = query.filter((name) => left.has(name));
  const asked = inQuery.map((name) => `${name}=${encodeURIComponent(String(left.get(name)))}`);
  for (const name of inQuery) left.delete(name);
  if ((actor === 'creator_id' || actor === 'from_user_id') && userId !== null) left.set(actor, userId);
  const hasBody = method !== 'GET' && left.size > 0;
  const search = asked.length === 0 ? '' : `?${asked.join('&')}`;
  return { path: `${written}${search}`, body: hasBody ? Object.fromEntries(left) : null };
}

/** In single quotes nothing has a meaning for a shell but the quote itself. */
export const shell = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
