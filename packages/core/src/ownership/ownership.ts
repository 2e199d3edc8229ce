/**
 * This node's part in the ownership of partitions. It sends heartbeats, reads which nodes are alive, takes the leases
 * that hashing assigns to it, hands over the others, and runs each `PartitionWork` under its lease. `lease-state.ts`
 * and `owner-of.ts` decide.
 *
 * Fencing, by example: node A owns partition 17 with token 5 and stalls for longer than the lease. Node B gets the
 * lease with token 6. When A runs again, its commit still carries token 5, so the store refuses the commit, and the
 * cursor stays where B put it.
 */

import { singleFlight, withTimeout } from '../concurrency/bounded-calls.ts';
import { runLoop } from '../concurrency/run-loop.ts';
import type { Lease, Leases, NodeCard, NodeRegistry, PartitionWork } from '../ports/leases.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { ClusterView } from './cluster-view.ts';
import { HeldLeases } from './held-leases.ts';
import { turnEveryMs } from './renewal-turns.ts';
import { assertSingleNode, waitForSingleNode } from './single-node.ts';

export interface OwnershipDeps {
  readonly nodes: NodeRegistry;
  readonly leases: Leases;
  readonly card: Omit<NodeCard, 'isDraining'>;
  readonly works: readonly PartitionWork[];
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * An operator asked this node to drain. Ownership hands its leases over by itself; the listener drains the rest.
   * Called once.
   */
  readonly onDrainAsked?: () => void;
}

const handoverMs = 1000;
/** Releases within this time wake their next owner once, ms. */
const wakeAfterMs = 5;

export class Ownership {
  readonly #deps: OwnershipDeps;
  readonly #view: ClusterView;
  readonly #leases: HeldLeases;
  readonly #stopped = new AbortController();
  readonly #toWake = new Set<string>();
  readonly #beat = singleFlight(() => this.#beatOnce());
  readonly #look = singleFlight(() => this.#lookOnce());
  #isDraining = false;
  #isDrainAsked = false;
  #wasRegistered = false;
  #beatAtMs: number | null = null;
  #draining: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  #endWakes: () => void = () => {};
  #cancelWaking: () => void = () => {};

  constructor(deps: OwnershipDeps) {
    this.#deps = deps;
    const { card } = deps;
    const leaseTtlMs = deps.leases.ttlMs;
    this.#view = new ClusterView({ ...deps, leaseTtlMs, self: () => this.#card() });
    this.#leases = new HeldLeases({
      ...deps,
      nodeId: card.nodeId,
      handoverMs,
      onReleased: (partition) => this.#wakeSoon(this.#view.ownerOf(partition)),
    });
  }

  /** The leases under which works of this node run. */
  held(): readonly Lease[] {
    return this.#leases.held();
  }

  /** For how long this node has seen the beat of a node unchanged, ms; null: it has not seen the node. Its own: since the last. */
  beatAgeMs(nodeId: string): number | null {
    if (nodeId !== this.#deps.card.nodeId) return this.#view.beatAgeMs(nodeId);
    return this.#beatAtMs === null ? null : this.#deps.clock.monotonicMs() - this.#beatAtMs;
  }

  /**
   * Joins the cluster. Resolves when this node is registered and has requested its partitions.
   * @throws PlenumError when the store cannot be reached, or with one sentence when `local` does not allow another
   * node
   */
  async start(): Promise<void> {
    const { nodes, leases, card, clock } = this.#deps;
    await waitForSingleNode({ nodes, card: this.#card(), clock, leaseTtlMs: leases.ttlMs });
    this.#endWakes = nodes.onWake(card.nodeId, () => this.#woken());
    try {
      await this.#beat();
      assertSingleNode(this.#card(), await nodes.nodes());
      await this.#look();
      await this.#leases.atRest();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#runLoops();
    this.#wakeOthers();
  }

  /** Hands every lease over to its next owner, and takes none. Takes at most 3 s. Idempotent; never throws. */
  drain(): Promise<void> {
    this.#draining ??= this.#giveAway();
    return this.#draining;
  }

  /** Drains, leaves the cluster, and ends every loop. Idempotent; never throws. */
  stop(): Promise<void> {
    this.#stopping ??= this.#leave();
    return this.#stopping;
  }

  async #giveAway(): Promise<void> {
    this.#isDraining = true;
    // A store that cannot be reached must not delay the end of the node: the leases end by themselves.
    await this.#orAfter(handoverMs, this.#announceDrain());
    this.#leases.aim(() => false);
    await this.#orAfter(2 * handoverMs, this.#leases.atRest());
    this.#wakeOthers();
  }

  async #announceDrain(): Promise<void> {
    await this.#quietly(this.#beat(), 'could not announce the drain of this node');
    // The look only finds the next owners: the leases are released in any case.
    await this.#quietly(this.#look(), 'could not find the next owners of the partitions');
  }

  async #leave(): Promise<void> {
    const { nodes, card } = this.#deps;
    // The drain wakes every other node at its end, so cancelling later wakes loses nothing.
    await this.drain();
    this.#stopped.abort();
    this.#endWakes();
    this.#cancelWaking();
    const removed = nodes.remove({ nodeId: card.nodeId });
    await this.#orAfter(handoverMs, this.#quietly(removed, 'could not remove this node from the registry'));
  }

  #card(): NodeCard {
    return { ...this.#deps.card, isDraining: this.#isDraining };
  }

  #runLoops(): void {
    const { leases, clock, logger } = this.#deps;
    const { signal } = this.#stopped;
    const loop = { clock, logger, signal };
    // Keeps its pace also after a failed or slow beat: after a longer pause the others would take the node for dead.
    const pace = { everyMs: leases.ttlMs / 3, keepsPace: true, slowestPause: 1 };
    runLoop('heartbeat', this.#beat, { ...loop, ...pace });
    runLoop('partitions', this.#look, { ...loop, everyMs: leases.ttlMs / 12, slowestPause: 4 });
    const keepLeases = async () => {
      this.#leases.checkDeadlines();
      // Not awaited: a slow answer must not delay the renewals of other leases.
      this.#leases.renewSome();
    };
    runLoop('leases', keepLeases, { ...loop, everyMs: turnEveryMs(leases.ttlMs) });
  }

  async #beatOnce(): Promise<void> {
    const { nodes, logger, onDrainAsked } = this.#deps;
    const answer = await nodes.beat(this.#card());
    if (answer.isNew && this.#wasRegistered) {
      logger.warn({}, 'other nodes took this node for dead; it is registered again');
    }
    this.#wasRegistered = true;
    this.#beatAtMs = this.#deps.clock.monotonicMs();
    if (!answer.isDrainAsked || this.#isDrainAsked) return;
    this.#isDrainAsked = true;
    // Not awaited, because the drain itself waits for a beat.
    void this.drain();
    onDrainAsked?.();
  }

  /** While the registry cannot be reached, this node keeps its share, and requests a lost lease again. */
  async #lookOnce(): Promise<void> {
    const { nodeId, strategy } = this.#deps.card;
    const isOwn = (partition: number) => strategy === 'local' || this.#view.ownerOf(partition) === nodeId;
    try {
      await this.#view.look();
    } finally {
      this.#leases.aim((partition) => !this.#isDraining && isOwn(partition));
    }
  }

  #woken(): void {
    if (this.#stopped.signal.aborted) return;
    for (const round of [this.#beat(), this.#look()])
      void this.#quietly(round, 'could not act on a wake; will retry');
  }

  #wakeSoon(nodeId: string | null): void {
    const { nodes, card, clock } = this.#deps;
    if (nodeId === null || nodeId === card.nodeId || this.#stopped.signal.aborted) return;
    if (this.#toWake.size === 0) {
      this.#cancelWaking = clock.after(wakeAfterMs, () => {
        for (const next of this.#toWake) nodes.wake(next);
        this.#toWake.clear();
      });
    }
    this.#toWake.add(nodeId);
  }

  #wakeOthers(): void {
    for (const nodeId of this.#view.others) this.#deps.nodes.wake(nodeId);
  }

  /** Logs a failure; the loops repeat the step. */
  async #quietly(step: Promise<void>, sentence: string): Promise<void> {
    await step.catch((err: unknown) => this.#deps.logger.warn({ err }, sentence));
  }

  async #orAfter(timeoutMs: number, step: Promise<void>): Promise<void> {
    await withTimeout(() => step, { clock: this.#deps.clock, timeoutMs });
  }
}
