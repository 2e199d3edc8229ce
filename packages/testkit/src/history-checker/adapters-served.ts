/** What adapters were given against what stands in the logs, and who was entitled to say so. */
import { named, placeOf, type RunHistory, type Violation } from './history.ts';

/** I10: every entry ends at the adapter or in a dead letter, unchanged, under one id, in a bounded number of copies. */
export const entriesAreDelivered = (history: RunHistory): Violation[] =>
  (history.served ?? []).flatMap((adapter): Violation[] => {
    const copies = new Map<string, number>();
    const ids = new Map<string, string>();
    const violations: Violation[] = [];
    for (const entry of adapter.given) {
      const place = placeOf(entry.group_id, entry);
      const count = (copies.get(place) ?? 0) + 1;
      copies.set(place, count);
      const violated = (what: string) =>
        violations.push({ invariant: 'I10', groupId: entry.group_id, what: `${named(entry)} ${what}` });
      if (count === adapter.copiesMax + 1) violated(`was given more than ${adapter.copiesMax} times`);
      if ((ids.get(place) ?? entry.message_id) !== entry.message_id) violated('was given under two ids');
      ids.set(place, entry.message_id);
    }
    const dead = new Set(adapter.deadLetters);
    for (const { groupId, entries } of history.logs) {
      for (const entry of entries) {
        if (!adapter.wants(entry)) continue;
        const isThere = copies.has(placeOf(groupId, entry)) || dead.has(`${entry.epoch}-${entry.seq}`);
        if (!isThere)
          violations.push({ invariant: 'I10', groupId, what: `${named(entry)} was not delivered` });
      }
    }
    return violations;
  });

/** I11: after a lease was granted nothing is committed under an older one of the same partition. */
export function commitsAreEntitled({ leases = [] }: RunHistory): Violation[] {
  const highest = new Map<number, number>();
  return leases.flatMap(({ what, partition, token }): Violation[] => {
    const granted = highest.get(partition) ?? 0;
    if (what === 'granted') highest.set(partition, Math.max(granted, token));
    if (token >= granted) return [];
    const told = `${what} under ${token} after ${granted} was granted for partition ${partition}`;
    return [{ invariant: 'I11', groupId: '', what: told }];
  });
}
