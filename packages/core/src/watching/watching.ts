/** What operators see of the nodes at this moment: their figures, the devices of a user, and the path of one message. */
import type {
  ClusterFigures,
  ClusterWarnings,
  NodeReading,
  NodeWarning,
  Trace,
  UserDevices,
} from '@plenum/protocol';
import { sharedReading } from '../concurrency/shared-reading.ts';
import type { FeedHost } from '../feed/feed-host.ts';
import { isoTime } from '../groups/records.ts';
import type { Operations } from '../operations/operations.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { Engine } from '../ports/engine.ts';
import type { NodeAnswer, NodeQuestion } from '../ports/node-channel.ts';
import type { Clock, Logger, Random } from '../ports/runtime.ts';
import type { MessageProbe } from '../telemetry/message-probe.ts';
import { NodeQuestions } from './node-questions.ts';
import { type TraceOrder, traceMessage } from './trace-message.ts';
import { type DevicesQuery, devicesHere, devicesOfUser } from './user-devices.ts';

/** For so long, ms, the figures of the cluster are used again: so many requests ask the nodes no more than twice a second. */
const figuresReuseMs = 500;
/** For so long, ms, a node uses its own reading again, however many nodes ask. */
const readingReuseMs = 250;

/**
 * For the service only: the edge has checked that. Throws `PlenumError` when the store cannot be reached. Nodes are asked
 * at the moment of the call, and have one second to answer.
 */
export interface WatchOperations {
  figures(): Promise<Outcome<ClusterFigures>>;
  warnings(): Promise<Outcome<ClusterWarnings>>;
  devices(query: DevicesQuery): Promise<Outcome<UserDevices>>;
  trace(order: TraceOrder): Promise<Outcome<Trace>>;
}

export interface WatchingDeps {
  readonly engine: Pick<Engine, 'nodes' | 'nodeChannel' | 'wallMs'>;
  readonly operations: Pick<Operations, 'relay_msg'>;
  /** The devices of this node. */
  readonly feeds: Pick<FeedHost, 'devices' | 'groupCount'>;
  /** The same that feeds and deliveries of this node report to. */
  readonly probe: MessageProbe;
  /** What this node reads of itself. */
  readonly readFigures: () => Promise<NodeReading>;
  /** What this node has warned of, the oldest first. */
  readonly readWarnings: () => readonly NodeWarning[];
  readonly nodeId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const notANode = {
  code: 'invalid_request',
  error: 'In client mode this process is no node, so it cannot ask the nodes: ask one of them',
} as const;

export class Watching implements WatchOperations {
  readonly #deps: WatchingDeps;
  readonly #questions: NodeQuestions;
  readonly #readOwn: () => Promise<NodeReading>;
  readonly #readAll: () => Promise<ClusterFigures>;

  constructor(deps: WatchingDeps) {
    this.#deps = deps;
    const { clock, readFigures } = deps;
    this.#questions = new NodeQuestions({ ...deps, answer: (question) => this.#answer(question) });
    this.#readOwn = sharedReading(readFigures, { clock, reuseMs: readingReuseMs });
    this.#readAll = sharedReading(() => this.#askAll(), { clock, reuseMs: figuresReuseMs });
  }

  /** Begins to answer other nodes. */
  start(): void {
    this.#questions.start();
  }

  /** Idempotent. */
  stop(): void {
    this.#questions.stop();
    this.#deps.probe.stop();
  }

  async figures(): Promise<Outcome<ClusterFigures>> {
    return this.#questions.isListening ? succeed(await this.#readAll()) : fail(notANode);
  }

  async warnings(): Promise<Outcome<ClusterWarnings>> {
    if (!this.#questions.isListening) return fail(notANode);
    const { nodes, answers } = await this.#questions.ask({ topic: 'warnings' });
    const asked = nodes.map(({ nodeId }) => ({ nodeId, answer: answers.get(nodeId) }));
    return succeed({
      nodes: asked.flatMap(({ nodeId, answer }) =>
        answer?.topic === 'warnings' ? [{ node_id: nodeId, warnings: [...answer.warnings] }] : [],
      ),
      missing: asked.flatMap(({ nodeId, answer }) => (answer?.topic === 'warnings' ? [] : [nodeId])),
    });
  }

  async devices(query: DevicesQuery): Promise<Outcome<UserDevices>> {
    return this.#questions.isListening ? devicesOfUser(this.#questions, query) : fail(notANode);
  }

  async trace(order: TraceOrder): Promise<Outcome<Trace>> {
    if (!this.#questions.isListening) return fail(notANode);
    const send = this.#deps.operations.relay_msg;
    return traceMessage({ ...this.#deps, questions: this.#questions, send }, order);
  }

  async #askAll(): Promise<ClusterFigures> {
    const { nodes, answers } = await this.#questions.ask({ topic: 'figures' });
    const readings = nodes.map((node) => ({ node, answer: answers.get(node.nodeId) }));
    return {
      at: isoTime(this.#deps.engine.wallMs()),
      nodes: readings.flatMap(({ node: { nodeId, url, version, isDraining }, answer }) =>
        answer?.topic === 'figures'
          ? [{ node_id: nodeId, url, version, draining: isDraining, ...answer.reading }]
          : [],
      ),
      missing: readings.flatMap(({ node, answer }) => (answer?.topic === 'figures' ? [] : [node.nodeId])),
    };
  }

  async #answer(question: NodeQuestion): Promise<NodeAnswer | null> {
    const { probe, feeds, readWarnings } = this.#deps;
    switch (question.topic) {
      case 'figures':
        return { topic: 'figures', reading: await this.#readOwn() };
      case 'warnings':
        return { topic: 'warnings', warnings: readWarnings() };
      case 'devices':
        return devicesHere(feeds, question);
      case 'trace_begin':
        return probe.begin(question.traceId, question.groupId, question.forMs)
          ? { topic: 'trace_begin' }
          : null;
      case 'trace_end':
        return { topic: 'trace_end', stages: probe.end(question.traceId, question.seq) };
      default:
        return question satisfies never;
    }
  }
}
