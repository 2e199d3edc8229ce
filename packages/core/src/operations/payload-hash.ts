import { hash } from 'node:crypto';

/** JSON with sorted keys: equal arguments give equal text whatever order they came in. Depth is bounded by the edge. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let fields = '';
  for (const key of Object.keys(value).sort()) {
    const field: unknown = Reflect.get(value, key);
    if (field !== undefined) fields += `${fields && ','}${JSON.stringify(key)}:${canonical(field)}`;
  }
  return `{${fields}}`;
}

/** Digest of a request's meaning: its type (alias resolved) and its arguments. 22 characters of base64url. */
export const payloadHash = (operation: string, args: object): string =>
  hash('sha256', operation + canonical(args), 'base64url').slice(0, 22);
