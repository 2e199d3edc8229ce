/** Warns of variables that this program does not read, except those that Kubernetes sets. */

/**
 * True for a variable that is not a setting but the address of a Kubernetes Service. Kubernetes sets such variables in every
 * container, and a Service may be named `plenum` or `plenum-admin`: `PLENUM_ADMIN_PORT=tcp://10.0.0.1:80`,
 * `PLENUM_SERVICE_HOST`, `PLENUM_SERVICE_PORT_HTTP`, `PLENUM_PORT_3000_TCP_ADDR`.
 */
export function isServiceLink(name: string, value: string): boolean {
  if (/PORT$/.test(name) && /^(?:tcp|udp|sctp):\/\/\S+:\d{1,5}$/i.test(value.trim())) return true;
  return /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d{1,5}_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(
    name,
  );
}

/** @returns one line about all names; no line if there are none */
export const serviceLinkWarnings = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [`${names.join(', ')}: set by Kubernetes for a Service, so no setting of Plenum, and ignored`];

/** @returns one sentence for every unknown variable that seems to be meant for this program */
export function unknownNameWarnings(setNames: readonly string[], known: readonly string[]): string[] {
  return setNames
    .filter((name) => !known.includes(name) && (name.startsWith('PLENUM_') || isNearRedisUrl(name)))
    .map(
      (name) =>
        `${name} is not a variable of Plenum and has no effect${didYouMean(name.replace(/^PLENUM_(?=(?:REDIS_URL|HOST|PORT)$)/, ''), known)}`,
    );
}

/** True for a name such as `REDIS_URI` or `REDISURL`: a node without REDIS_URL would keep everything in memory. */
const isNearRedisUrl = (name: string) => name.startsWith('REDIS') && closest(name, ['REDIS_URL']) !== null;

/** @returns a hint such as `: did you mean mode?`; '' if no candidate is similar */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const similar = closest(name, candidates);
  return similar === null ? '' : `: did you mean ${similar}?`;
}

/** @returns the nearest candidate by edit distance, ignoring case; null if none is near enough to be a typing error */
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
