/** A client in some language: a process that does what it reads as lines of JSON and prints what it sees, in order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually } from '@plenum/testkit';
import { expect } from 'vitest';
import type { Launch } from './languages.js';

export interface Sight {
  readonly saw: string;
  readonly [field: string]: unknown;
}

/** The start of a virtual machine on a busy machine, and pauses of clients before they connect again, are in it. */
const patient = { timeoutMs: 45_000, everyMs: 20 };

export class Actor implements AsyncDisposable {
  readonly sights: Sight[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #noise = '';

  constructor({ command, args, env = {} }: Launch) {
    this.#child = spawn(command, [...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stderr?.on('data', (chunk) => (this.#noise += chunk));
    const lines = this.#child.stdout;
    if (lines === null) throw new Error('there is no output to read');
    createInterface({ input: lines }).on('line', (line) => {
      try {
        this.sights.push(JSON.parse(line));
      } catch {
        this.#noise += `${line}\n`;
      }
    });
  }

  tell(does: string, command: object): void {
    this.#child.stdin?.write(`${JSON.stringify({ does, ...command })}\n`);
  }

  /** Lines `seq text` of the entries that it showed of a group. */
  shown(groupId: string): string[] {
    const entries = this.sights.filter(({ saw, group_id }) => saw === 'entry' && group_id === groupId);
    return entries.map(({ seq, text }) => `${seq} ${text}`);
  }

  /** @returns the last sight that has these fields, as soon as there are so many of them. */
  until(fields: object, times = 1): Promise<Sight> {
    return this.holds(() => {
      const found = this.sights.filter((sight) => matches(sight, fields));
      if (found.length < times) throw new Error(`saw ${found.length} of ${times} ${JSON.stringify(fields)}`);
      return found.at(-1) as Sight;
    });
  }

  /** Repeats the assertion; a failure has what the client saw and said. */
  async holds<T>(assertion: () => T): Promise<T> {
    try {
      return await eventually(assertion, patient);
    } catch (failure) {
      const sights = this.sights.slice(-30).map((sight) => JSON.stringify(sight));
      const told = [`${failure instanceof Error ? failure.message : failure}`, ...sights, this.#noise];
      throw new Error(told.join('\n'), { cause: failure });
    }
  }

  /** Its input ends, and so does it. */
  async ends(): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patient.timeoutMs);
    await this.#closed;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

function matches(sight: Sight, fields: object): boolean {
  try {
    expect(sight).toMatchObject(fields);
    return true;
  } catch {
    return false;
  }
}
