/** I11: only the node with the highest fencing token of a partition commits deliveries. */
import type { LeaseEvent, RunHistory, Violation } from './history.ts';

interface Right {
  readonly token: number;
  readonly nodeId: string;
}

/**
 * I11: no commit has a lower token than the highest one that was granted for its partition, and none comes from another node
 * than the one with that token. A grant that was not recorded counts from the first commit with its token.
 */
export function commitsAreEntitled({ leases = [] }: RunHistory): Violation[] {
  const highest = new Map<number, Right>();
  return leases.flatMap((event): Violation[] => {
    if (event.type === 'refused') return [];
    const known = highest.get(event.partition);
    if (known === undefined || event.token > known.token) highest.set(event.partition, event);
    const why = known === undefined ? null : wrongWith(event, known);
    if (why === null) return [];
    const { type, partition, token, nodeId } = event;
    const what = `${type} by ${nodeId} under ${token} for partition ${partition} ${why}`;
    return [{ invariant: 'I11', harm: 'forbidden', groupId: '', what }];
  });
}

function wrongWith({ token, nodeId }: LeaseEvent, known: Right): string | null {
  if (token < known.token) return `after ${known.token} was granted`;
  return token === known.token && nodeId !== known.nodeId ? `that ${known.nodeId} has` : null;
}
