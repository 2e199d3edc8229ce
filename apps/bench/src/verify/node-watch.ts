/** Watches which nodes a cluster has, by `GET /v1/nodes` of any of them, and of which version each is. */
import { setTimeout as pause } from 'node:timers/promises';
import { nodesSchema } from '@plenum/protocol';
import type { Timeline } from '../faults/timeline.ts';

/** One start of a node. */
export interface SeenNode {
  readonly node_id: string;
  readonly url: string | null;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly seenAt: string;
  drainedAt: string | null;
  /** When it was no longer among the nodes: a killed one only after the time in which it is found dead. */
  goneAt: string | null;
}

export interface NodeWatchOptions {
  /** Where admin requests are taken; the next one is asked when one does not answer. */
  readonly urls: readonly string[];
  /** With the scope `read`. */
  readonly token: string;
  readonly timeline: Pick<Timeline, 'note'>;
}

const everyMs = 500;
const answerLimitMs = 2000;
/** What every version of a node says of each. */
const nodesShape = nodesSchema
  .pick({ nodes: true })
  .shape.nodes.element.pick({ node_id: true, url: true, version: true, draining: true })
  .array();
type ListedNode = ReturnType<typeof nodesShape.parse>[number];

export class NodeWatch {
  readonly seen: SeenNode[] = [];
  readonly #options: NodeWatchOptions;
  readonly #end = new AbortController();
  #watching: Promise<void> = Promise.resolve();
  #asked = 0;

  private constructor(options: NodeWatchOptions) {
    this.#options = options;
  }

  /** @throws Error with one sentence if no URL answers, or one refuses the token */
  static async start(options: NodeWatchOptions): Promise<NodeWatch> {
    const watch = new NodeWatch(options);
    watch.#take(await watch.#anyAnswer());
    watch.#watching = watch.#repeat();
    return watch;
  }

  /** Reads once more. Idempotent. */
  async stop(): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    await this.#watching;
    await this.#look();
  }

  /** Asks one URL after the other until one answers. */
  async #anyAnswer(): Promise<readonly ListedNode[]> {
    let problem: unknown;
    for (const _ of this.#options.urls) {
      try {
        return await this.#ask();
      } catch (error) {
        problem = error;
      }
    }
    throw problem;
  }

  async #repeat(): Promise<void> {
    while (!this.#end.signal.aborted) {
      await pause(everyMs, undefined, { signal: this.#end.signal }).catch(() => {});
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const nodes = await this.#anyAnswer().catch(() => null);
    if (nodes !== null) this.#take(nodes);
  }

  async #ask(): Promise<readonly ListedNode[]> {
    const { urls, token } = this.#options;
    const url = urls[this.#asked++ % urls.length] ?? '';
    const answer = await fetch(new URL('v1/nodes', url.endsWith('/') ? url : `${url}/`), {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(answerLimitMs),
    }).catch((error: unknown) => {
      throw new Error(`${url} does not list its nodes: ${error instanceof Error ? error.message : error}`);
    });
    if (!answer.ok) {
      const why = `HTTP ${answer.status} for GET /v1/nodes`;
      throw new Error(
        `${url} does not list its nodes (${why}): --admin-token needs the scope read, and --admin-url is the admin port if there is one`,
      );
    }
    const listed = nodesShape.safeParse(Object(await answer.json().catch(() => null)).nodes);
    if (!listed.success) throw new Error(`${url} answers GET /v1/nodes in another form than a node`);
    return listed.data;
  }

  #take(nodes: readonly ListedNode[]): void {
    const { timeline } = this.#options;
    const at = new Date().toISOString();
    const isFirst = this.seen.length === 0;
    for (const { node_id, url, version, draining } of nodes) {
      const known = this.seen.find((one) => one.node_id === node_id && one.goneAt === null);
      const node = known ?? { node_id, url, version, seenAt: at, drainedAt: null, goneAt: null };
      if (known === undefined) {
        this.seen.push(node);
        timeline.note(`${nameOf(node)} ${isFirst ? 'is there' : 'has come'}`);
      }
      if (!draining || node.drainedAt !== null) continue;
      node.drainedAt = at;
      timeline.note(`${nameOf(node)} drains`);
    }
    for (const node of this.seen) {
      if (node.goneAt !== null || nodes.some(({ node_id }) => node_id === node.node_id)) continue;
      node.goneAt = at;
      timeline.note(`${nameOf(node)} is gone`);
    }
  }
}

const nameOf = ({ node_id, version, url }: SeenNode): string =>
  `node ${node_id}, version ${version}${url === null ? '' : `, ${url}`},`;
