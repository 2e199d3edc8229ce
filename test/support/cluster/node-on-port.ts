/** `plenum serve` as a process that ends and comes back on the same port, as nodes behind a balancer do. */
import { eventually, freePort } from '@plenum/testkit';
import { CommandProcess } from '../../command-process.ts';
import { httpRequest } from '../wire/http.ts';

const attemptsMax = 5;

export class NodeOnPort implements AsyncDisposable {
  readonly url: string;
  readonly #environment: Readonly<Record<string, string>>;
  #command: CommandProcess;

  private constructor(command: CommandProcess, environment: Readonly<Record<string, string>>, url: string) {
    this.#command = command;
    this.#environment = environment;
    this.url = url;
  }

  /** Another process may take the free port before the node does: then the node gets another one. */
  static async start(
    environment: Readonly<Record<string, string>>,
    attemptsLeft = attemptsMax,
  ): Promise<NodeOnPort> {
    const command = run({ ...environment, PORT: String(await freePort()) });
    try {
      return new NodeOnPort(command, environment, await urlOf(command));
    } catch (error) {
      await command[Symbol.asyncDispose]();
      if (attemptsLeft > 1 && command.output.includes('is in use by another process')) {
        return NodeOnPort.start(environment, attemptsLeft - 1);
      }
      throw error;
    }
  }

  /** `host:port` */
  get address(): string {
    return new URL(this.url).host;
  }
  get output(): string {
    return this.#command.output;
  }
  get pid(): number {
    return this.#command.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#command.signal(signal);
  }

  /** Resolves when the process is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#command.signal(signal);
    await this.#command.ended;
  }

  /** As a new process; the one before has ended. */
  async startAgain(): Promise<void> {
    this.#command = run({ ...this.#environment, PORT: new URL(this.url).port });
    await urlOf(this.#command);
  }

  /** By the operator's route; the process runs until it is ended. Resolves when it has begun. */
  async drain(): Promise<void> {
    // Not by its URL: one that was killed here is in the list of nodes for a while, under the same one.
    const [, nodeId = ''] = this.output.match(/"node":"([^"]+)"/) ?? [];
    const answer = await httpRequest('POST', `${this.url}/v1/nodes/${nodeId}/drain`);
    if (answer.status !== 202) throw new Error(`no drain: ${JSON.stringify(answer.body)}`);
    await eventually(async () => {
      if (await this.isReady()) throw new Error(`${this.url} has not begun to drain`);
    });
  }

  async isReady(): Promise<boolean> {
    const { status } = await fetch(`${this.url}/readyz`);
    return status === 200;
  }

  /** How many sockets it has admitted since it was started. */
  async socketsOpened(): Promise<number> {
    return this.#figure('plenum_sockets_opened_total');
  }
  /** How many are open. */
  async sockets(): Promise<number> {
    return this.#figure('plenum_sockets');
  }

  async #figure(name: string): Promise<number> {
    const headers = { authorization: `Bearer ${this.#environment['PLENUM_ADMIN_TOKEN']}` };
    const page = await (await fetch(`${this.url}/metrics`, { headers })).text();
    return Number(page.match(new RegExp(`^${name} (\\d+)$`, 'm'))?.[1]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#command[Symbol.asyncDispose]();
  }
}

const run = (environment: Readonly<Record<string, string>>) =>
  new CommandProcess('apps/server/bin/plenum.js', ['serve'], environment);

async function urlOf(command: CommandProcess): Promise<string> {
  const [, url = ''] = await command.until(/"url":"([^"]+)"/);
  return url;
}
