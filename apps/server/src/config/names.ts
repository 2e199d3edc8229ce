/** Names that nothing reads get a hint, and what Kubernetes sets by itself gets none. */

/**
 * What is no setting but the address of a Service. Kubernetes puts it into every container beside a Service, and a
 * Service may be named `plenum` or `plenum-admin`: `PLENUM_ADMIN_PORT=tcp://10.0.0.1:80`, `PLENUM_SERVICE_HOST`,
 * `PLENUM_SERVICE_PORT_HTTP`, `PLENUM_PORT_3000_TCP_ADDR`.
 */
export function isServiceLink(name: string, value: string): boolean {
  if (/PORT$/.test(name) && /^(?:tcp|udp|sctp):\/\/\S+:\d{1,5}$/i.test(value.trim())) return true;
  return /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d{1,5}_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(
    name,
  );
}

/** @returns one line about all of them, none if there are none. */
export const serviceLinkWarnings = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [`${names.join(', ')}: set by Kubernetes for a Service, so no setting of Plenum, and ignored`];

/** One sentence for every name of the environment that nothing reads, but looks as if it was meant for this program. */
export function unknownNameWarnings(setNames: readonly string[], known: readonly string[]): string[] {
  return setNames
    .filter((name) => !known.includes(name) && (name.startsWith('PLENUM_') || isNearRedisUrl(name)))
    .map(
      (name) =>
        `${name} is not a variable of Plenum and has no effect${didYouMean(name.replace(/^PLENUM_(?=(?:REDIS_URL|HOST|PORT)$)/, ''), known)}`,
    );
}

/** `REDIS_URI`, `REDISURL`: a node that does not read it keeps everything in memory. */
const isNearRedisUrl = (name: string) => name.startsWith('REDIS') && closest(name, ['REDIS_URL']) !== null;

/** `: did you mean mode?`, or nothing if no candidate is near. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const similar = closest(name, candidates);
  return similar === null ? '' : `: did you mean ${similar}?`;
}

/** The nearest candidate by edit distance, if it is near enough to be a slip. Upper and lower case do not matter. */
function closest(name: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  const slip = Math.min(3, Math.ceil(name.length / 3));
  return best !== undefined && best.distance <= slip ? best.candidate : null;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
