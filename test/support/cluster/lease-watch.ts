/**
 * Who was granted which lease and committed what under it, in the order in which Redis did it: read from MONITOR, past the
 * product. What a script has written is what counts, so a commit that the fence refused differs from one that was made.
 */
import { type LeaseEvent, monitorRedis } from '@plenum/testkit';

const partitionIn = (key: string): number => Number(/\{p(\d+)\}/.exec(key)?.[1]);
const isLease = (key: string | undefined): key is string => key?.endsWith(':lease') === true;

export interface WatchedLeaseEvent extends LeaseEvent {
  /** What was committed, or was to be; null for a grant. */
  readonly kind: string | null;
}

/** A run of the script that commits deliveries, until it is known what came of it. */
interface Attempt {
  readonly right: Omit<WatchedLeaseEvent, 'type'>;
  /** What it has got to: it was sent, has asked the fence, was let through. */
  reached: 'sent' | 'fence' | 'cursor';
}

export class LeaseWatch implements Disposable {
  readonly events: WatchedLeaseEvent[] = [];
  #monitor: { stop(): void } | null = null;
  #attempt: Attempt | null = null;
  /** The command that runs asks for a lease. */
  #asksForLease = false;
  readonly #regained = new Map<number, number>();

  /** Resolves when nothing is missed. It continues when Redis comes back; what happened in between is not seen. */
  static async open(url: string): Promise<LeaseWatch> {
    const watch = new LeaseWatch();
    watch.#monitor = await monitorRedis(url, (words, source) => {
      if (source === 'lua') watch.#inScript(words);
      else watch.#command(words);
    });
    return watch;
  }

  /**
   * How often works could begin in each partition: with each grant of its lease, and each time that a holder who was no
   * longer sure of it, and so has ended them, got it again under the same token.
   */
  beginnings(): ReadonlyMap<number, number> {
    const beginnings = new Map(this.#regained);
    for (const { type, partition } of this.events) {
      if (type === 'granted') beginnings.set(partition, (beginnings.get(partition) ?? 0) + 1);
    }
    return beginnings;
  }
  /** Commits of one kind in one partition, in their order. */
  commitsIn(partition: number, kind: string): readonly WatchedLeaseEvent[] {
    return this.events.filter(
      (event) => event.type === 'committed' && event.partition === partition && event.kind === kind,
    );
  }
  /** Commits of the node that the fence has stopped. */
  refusedTo(nodeId: string): readonly WatchedLeaseEvent[] {
    return this.events.filter((event) => event.type === 'refused' && event.nodeId === nodeId);
  }

  [Symbol.dispose](): void {
    this.#monitor?.stop();
  }

  /** `EVAL(SHA) <script> <keys> <lease> … <dead letters> … <node id> <token> …` is a commit of deliveries, and nothing else is. */
  #command([name = '', , count, ...rest]: readonly string[]): void {
    this.#endAttempt();
    const [lease] = rest;
    this.#asksForLease = /^eval/i.test(name) && count === '2' && rest[1]?.endsWith(':last_token') === true;
    const [keys, given] = [rest.slice(0, Number(count)), rest.slice(Number(count))];
    if (!/^eval/i.test(name) || !isLease(lease) || !/:dead_letters:\w+$/.test(keys[6] ?? '')) return;
    const [nodeId = '', token, kind = ''] = given;
    const right = { partition: partitionIn(lease), nodeId, token: Number(token), kind };
    this.#attempt = { right, reached: 'sent' };
  }

  /** What a script does, reported behind the command that has run it. */
  #inScript([name = '', key = '', value = '']: readonly string[]): void {
    if (name === 'SET' && isLease(key)) {
      const [nodeId = '', token] = value.split(' ');
      const right = { partition: partitionIn(key), nodeId, token: Number(token), kind: null };
      this.events.push({ type: 'granted', ...right });
    }
    if (this.#asksForLease && name === 'PEXPIRE' && isLease(key)) {
      const partition = partitionIn(key);
      this.#regained.set(partition, (this.#regained.get(partition) ?? 0) + 1);
    }
    const attempt = this.#attempt;
    if (attempt === null) return;
    if (name === 'GET' && isLease(key)) attempt.reached = 'fence';
    if (name === 'HGET' && key.endsWith(':cursors')) attempt.reached = 'cursor';
    if (name !== 'HSET' || !key.endsWith(':cursors')) return;
    this.events.push({ type: 'committed', ...attempt.right });
    this.#attempt = null;
  }

  /** One that found another cursor than it expected was let through and has done nothing: that says nothing of leases. */
  #endAttempt(): void {
    if (this.#attempt?.reached === 'fence') this.events.push({ type: 'refused', ...this.#attempt.right });
    this.#attempt = null;
  }
}
