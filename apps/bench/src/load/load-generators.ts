/** Controls the load processes. Each process drives a share of the members; a command goes to all of them. */
import { fileURLToPath } from 'node:url';
import { nextMessageOf, type OwnProcess, startOwnProcess } from '../processes/child-process.ts';
import {
  type Command,
  type Heads,
  isReply,
  type Load,
  type LoadSample,
  type Plan,
  type Reply,
  type Returns,
  type Verdict,
} from './plan.ts';

/** The compiled script: it is used even when this file runs from source, so build first. */
const script = fileURLToPath(new URL('../../dist/load/load-process.js', import.meta.url));

export class LoadGenerators {
  readonly #processes: readonly OwnProcess[];

  constructor(count: number) {
    this.#processes = Array.from({ length: count }, () => startOwnProcess({ script }));
  }

  /** Distributes the members over the processes. @throws Error with one sentence, as all methods below */
  async connect(plan: Plan): Promise<void> {
    const { length: count } = this.#processes;
    await Promise.all(
      this.#processes.map((process, index) => {
        const members = plan.members.filter((_, i) => i % count === index);
        return ask(process, { type: 'connect', plan: { ...plan, members } });
      }),
    );
  }

  async attach(): Promise<void> {
    await this.#askAll({ type: 'create' });
    await this.#askAll({ type: 'join' });
  }

  async start(load: Load): Promise<void> {
    if (load.kind === 'closed') await this.#askAll({ type: 'start', load });
    else await this.#startOpenLoop(load.ratePerSec);
  }

  /** @returns encoded histograms of the delivery latency since the last reset, one per process */
  async latency(): Promise<readonly string[]> {
    const replies = await this.#askAll({ type: 'latency' });
    return replies.map((reply) => (reply.type === 'latency' ? reply.deliveryLatency : unexpected(reply)));
  }

  async leave(): Promise<void> {
    await this.#askAll({ type: 'leave' });
  }

  /** Ends the sending and waits for the answers; the load may start again. */
  async stop(): Promise<void> {
    await this.#askAll({ type: 'stop' });
  }

  async reset(): Promise<void> {
    await this.#askAll({ type: 'reset' });
  }

  /** One per process. */
  async sample(): Promise<readonly LoadSample[]> {
    const replies = await this.#askAll({ type: 'sample' });
    return replies.map((reply) => (reply.type === 'sample' ? reply.sample : unexpected(reply)));
  }

  /** One per process. */
  async returns(): Promise<readonly Returns[]> {
    const replies = await this.#askAll({ type: 'returns' });
    return replies.map((reply) => (reply.type === 'returns' ? reply.returns : unexpected(reply)));
  }

  /** Ends the load. @returns one verdict per process. */
  async finish(): Promise<readonly Verdict[]> {
    const stopped = await this.#askAll({ type: 'stop' });
    const heads = highest(stopped.map((reply) => (reply.type === 'heads' ? reply.heads : unexpected(reply))));
    const settled = await this.#askAll({ type: 'settle', heads });
    return settled.map((reply) => (reply.type === 'verdict' ? reply.verdict : unexpected(reply)));
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  /** Lets only the first process send, so that there is one clock of sends. All processes receive and measure. */
  async #startOpenLoop(ratePerSec: number): Promise<void> {
    const [first, ...others] = this.#processes;
    const silent: Load = { kind: 'open', ratePerSec: 0 };
    await Promise.all(others.map((process) => ask(process, { type: 'start', load: silent })));
    if (first !== undefined) await ask(first, { type: 'start', load: { kind: 'open', ratePerSec } });
  }

  #askAll(command: Command): Promise<readonly Reply[]> {
    return Promise.all(this.#processes.map((process) => ask(process, command)));
  }
}

async function ask(generator: OwnProcess, command: Command): Promise<Reply> {
  const answered = nextMessageOf(generator, 'a load generator');
  generator.child.send(command);
  const message = await answered;
  if (!isReply(message)) throw new Error(`a load generator answered ${JSON.stringify(message)}`);
  if (message.type === 'failed') throw new Error(message.error);
  return message;
}

function unexpected(reply: Reply): never {
  throw new Error(`a load generator answered ${reply.type} to another question`);
}

/** Merges the heads of all processes, because a stream may have senders in several processes. */
function highest(all: readonly Heads[]): Heads {
  const merged = new Map<string, number>();
  for (const [name, head] of all.flatMap((heads) => Object.entries(heads))) {
    merged.set(name, Math.max(head, merged.get(name) ?? 0));
  }
  return Object.fromEntries(merged);
}
