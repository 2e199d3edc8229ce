/**
 * Every command that a Redis runs, in its order, from MONITOR. On a socket of its own: the client library takes commands that
 * come together with the first answer for answers.
 */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface SeenCommand {
  /** Name and arguments, escaped as Redis writes them. */
  readonly words: readonly string[];
  /** A script has run it. */
  readonly isInScript: boolean;
}

const againMs = 20;

export class RedisMonitor implements Disposable {
  readonly #url: URL;
  readonly #onCommand: (command: SeenCommand) => void;
  #socket: Socket | null = null;
  #isOver = false;

  private constructor(url: string, onCommand: (command: SeenCommand) => void) {
    this.#url = new URL(url);
    this.#onCommand = onCommand;
  }

  /** Resolves when nothing is missed. It continues when Redis comes back; what happened in between is not seen. */
  static async open(url: string, onCommand: (command: SeenCommand) => void): Promise<RedisMonitor> {
    const monitor = new RedisMonitor(url, onCommand);
    await new Promise<void>((resolve) => monitor.#connect(resolve));
    return monitor;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#socket?.destroy();
  }

  #connect(onOpen: () => void): void {
    if (this.#isOver) return;
    const socket = connect(Number(this.#url.port), this.#url.hostname);
    this.#socket = socket;
    socket.on('error', () => {});
    socket.once('close', () => setTimeout(() => this.#connect(onOpen), againMs));
    const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('error', () => {});
    lines.on('line', (line) => {
      if (line === '+OK') onOpen();
      else this.#take(line);
    });
    socket.write('MONITOR\r\n');
  }

  /** `+<time> [<database> <source>] "<name>" "<argument>" …`; a quote within an argument is escaped. */
  #take(line: string): void {
    const at = line.indexOf('"');
    if (at < 0) return;
    const isInScript = line.slice(0, at).endsWith(' lua] ');
    this.#onCommand({ words: line.slice(at + 1, -1).split('" "'), isInScript });
  }
}
