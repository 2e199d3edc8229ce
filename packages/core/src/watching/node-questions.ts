/** Asks all nodes of the cluster something at once, and answers what other nodes ask this one. */
import type { Engine } from '../ports/engine.ts';
import type { NodeBeat } from '../ports/leases.ts';
import type { NodeAnswer, NodeMessage, NodeQuestion } from '../ports/node-channel.ts';
import type { Clock, Logger, Random } from '../ports/runtime.ts';

/** How long nodes have to answer, ms. */
const answerWithinMs = 1000;

export interface NodeQuestionsDeps {
  readonly engine: Pick<Engine, 'nodeChannel'> & { readonly nodes: Pick<Engine['nodes'], 'nodes'> };
  readonly nodeId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The answer of this node; null: it has none. */
  readonly answer: (question: NodeQuestion) => Promise<NodeAnswer | null>;
}

export interface Asked {
  /** The registered nodes, by id. */
  readonly nodes: readonly NodeBeat[];
  readonly answers: ReadonlyMap<string, NodeAnswer>;
}

interface Asking {
  readonly waitsFor: Set<string>;
  readonly answers: Map<string, NodeAnswer>;
  readonly end: () => void;
}

export class NodeQuestions {
  readonly #deps: NodeQuestionsDeps;
  readonly #asked = new Map<string, Asking>();
  #endListening: (() => void) | null = null;

  constructor(deps: NodeQuestionsDeps) {
    this.#deps = deps;
  }

  /** False: this process is no node, so it hears no answers. */
  get isListening(): boolean {
    return this.#endListening !== null;
  }

  start(): void {
    const { engine, nodeId } = this.#deps;
    this.#endListening = engine.nodeChannel.listen(nodeId, (message) => this.#heard(message));
  }

  /** Ends every asking. Idempotent. */
  stop(): void {
    this.#endListening?.();
    this.#endListening = null;
    for (const { end } of this.#asked.values()) end();
  }

  /**
   * Asks every registered node, this one too, and waits until all have answered, or one second.
   * @throws PlenumError `unavailable` when the store cannot be reached
   */
  async ask(question: NodeQuestion): Promise<Asked> {
    const { engine, nodeId, clock, random } = this.#deps;
    const nodes = (await engine.nodes.nodes()).toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    const answers = new Map<string, NodeAnswer>();
    const waitsFor = new Set(nodes.map((node) => node.nodeId));
    const askId = random.token();
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        this.#asked.delete(askId);
        resolve();
      };
      const cancel = clock.after(answerWithinMs, end);
      this.#asked.set(askId, { waitsFor, answers, end });
      if (waitsFor.size === 0) end();
      for (const node of waitsFor) {
        if (node === nodeId) this.#answerTo(question, (answer) => this.#take(askId, nodeId, answer));
        else engine.nodeChannel.send(node, { type: 'question', askId, from: nodeId, question });
      }
    });
    return { nodes, answers };
  }

  #heard(message: NodeMessage): void {
    const { askId, from } = message;
    if (message.type === 'answer') {
      this.#take(askId, from, message.answer);
      return;
    }
    const { engine, nodeId } = this.#deps;
    this.#answerTo(message.question, (answer) =>
      engine.nodeChannel.send(from, { type: 'answer', askId, from: nodeId, answer }),
    );
  }

  /** An answer that comes late, twice, or from a node that was not asked is dropped. */
  #take(askId: string, from: string, answer: NodeAnswer): void {
    const asking = this.#asked.get(askId);
    if (asking === undefined || !asking.waitsFor.delete(from)) return;
    asking.answers.set(from, answer);
    if (asking.waitsFor.size === 0) asking.end();
  }

  #answerTo(question: NodeQuestion, take: (answer: NodeAnswer) => void): void {
    const { answer, logger } = this.#deps;
    answer(question).then(
      (given) => {
        if (given !== null) take(given);
      },
      (err: unknown) => logger.warn({ topic: question.topic, err }, 'could not answer a question of a node'),
    );
  }
}
