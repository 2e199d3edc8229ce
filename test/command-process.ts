/** A command of the project as a child process: its output can be waited for, and it never outlives the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const waitLimitMs = 60_000;

export class CommandProcess implements AsyncDisposable {
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #output = '';
  #stdout = '';
  /** Only then all of its output has come: the exit event may be earlier. */
  #hasClosed = false;

  /**
   * @param script below the top folder
   * @param environment is all there is, but for PATH and HOME; its PWD is the working folder, by default the top one.
   * @param nodeOptions for Node itself.
   */
  constructor(
    script: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    nodeOptions: readonly string[] = [],
  ) {
    const { PATH, HOME } = process.env;
    this.#child = spawn(process.execPath, [...nodeOptions, resolvePath(root, script), ...args], {
      cwd: environment['PWD'] ?? root,
      env: { PATH, HOME, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        const text = chunk.toString('utf8');
        this.#output += text;
        if (stream === this.#child.stdout) this.#stdout += text;
        this.#wake();
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.#hasClosed = true;
        resolve(code);
        this.#wake();
      });
    });
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Lines of stdout alone. */
  get lines(): string[] {
    return this.#stdout.split('\n').filter((line) => line !== '');
  }

  /** All that the command reads from stdin. */
  input(text: string): void {
    this.#child.stdin?.end(text);
  }

  /** The first match in all that was written; fails with the output if it does not come. */
  async until(pattern: RegExp): Promise<RegExpMatchArray> {
    const deadlineMs = performance.now() + waitLimitMs;
    for (;;) {
      const match = this.#output.match(pattern);
      if (match !== null) return match;
      if (this.#hasClosed || performance.now() > deadlineMs) {
        throw new Error(`${pattern} was not written. The output:\n${this.#output}`);
      }
      await this.#more();
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(timer);
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 500);
      this.#waiting.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #wake(): void {
    for (const resume of this.#waiting) resume();
    this.#waiting.clear();
  }
}
