/** Names of the environment that nobody reads get a hint. */

/**
 * @returns one sentence for every `PLENUM_*` name that nobody reads. Warnings only: Kubernetes puts PLENUM_SERVICE_HOST,
 * PLENUM_PORT_… into every container beside a Service that is named plenum.
 */
export function unknownNameWarnings(setNames: readonly string[], known: readonly string[]): string[] {
  return setNames
    .filter((name) => name.startsWith('PLENUM_') && !known.includes(name))
    .map((name) => {
      const similar = closest(name, known);
      return `${name} is not a variable of Plenum and has no effect${similar === null ? '' : `: did you mean ${similar}?`}`;
    });
}

/** The nearest candidate by edit distance, if it is near enough to be a slip. */
function closest(name: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= 3 ? best.candidate : null;
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
