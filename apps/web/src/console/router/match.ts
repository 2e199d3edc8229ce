/** Finds the row of a table of routes for a path. */

/** What a path has where its pattern has `:name`. */
export type Params = Readonly<Record<string, string>>;

/** @param pattern segments, of which `:name` takes any one and `:name?` also none. @returns null if the path is another one */
export function matched(pattern: string, path: string): Params | null {
  const wanted = pattern.split('/').slice(1);
  const given = path.split('/').slice(1);
  if (given.length > wanted.length) return null;
  const params: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const text = given[at];
    if (text === undefined || text === '') {
      if (segment.endsWith('?') || segment === text) continue;
      return null;
    }
    if (!segment.startsWith(':')) {
      if (segment !== text) return null;
      continue;
    }
    const decoded = decodedOf(text);
    if (decoded === null) return null;
    params[segment.slice(1).replace(/\?$/, '')] = decoded;
  }
  return params;
}

/** False: the path is not valid percent-encoded UTF-8, so no pattern takes it. */
export const isReadable = (path: string): boolean => decodedOf(path) !== null;

function decodedOf(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
