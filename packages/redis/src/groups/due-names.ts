/**
 * Reads the list of what is due in a partition, for one kind of work. All kinds are in one list, so that a look into an idle
 * partition is one command.
 */
import type { StateDeps } from '../script-calls/script-calls.ts';

/** Names per command. */
const namesPerRead = 1000;
/** Names that one call looks at: what other kinds leave undone in many groups delays no kind. */
const namesMax = 50_000;

/** A name without its prefix, and its place in the list: the time, ms, as Redis writes it. */
export interface DueName {
  readonly name: string;
  readonly score: string;
}

/** The prefix of a kind begins with `$`, which is in no id. Groups with mutes, bans and requests have none. */
const hasPrefix = (name: string, prefix: string): boolean =>
  prefix === '' ? !name.startsWith('$') : name.startsWith(prefix);

/** @returns at most `limit` names with this prefix whose time has come, the earliest first */
export async function dueNames(
  { calls, keys, clock }: Pick<StateDeps, 'calls' | 'keys' | 'clock'>,
  partition: number,
  { prefix, limit }: { readonly prefix: string; readonly limit: number },
): Promise<readonly DueName[]> {
  await calls.learnTime();
  const nowMs = clock.nowMs();
  const due: DueName[] = [];
  for (let first = 0; first < namesMax && due.length < limit; first += namesPerRead) {
    const page = ['WITHSCORES', 'LIMIT', first, namesPerRead] as const;
    const words = await calls.command((redis) =>
      redis.zrangebyscore(keys.dueIn(partition), '-inf', nowMs, ...page),
    );
    for (let at = 0; at < words.length; at += 2) {
      const [name = '', score = ''] = words.slice(at, at + 2);
      if (hasPrefix(name, prefix)) due.push({ name: name.slice(prefix.length), score });
    }
    if (words.length < 2 * namesPerRead) break;
  }
  return due.slice(0, limit);
}
