/** Keeps the last warnings of a node for operators, from the lines that its logger writes. */
import { type NodeWarning, warningsMax, warningTextMax } from '@plenum/protocol';

const levels: Readonly<Record<number, NodeWarning['level']>> = { 40: 'warn', 50: 'error', 60: 'fatal' };
const isWarning = /^\{"level":[456]0,/;

/** Fields that say what went wrong. Ids of users, groups and requests, addresses of clients, and all others are left out. */
const shownFields: readonly string[] = [
  ...['adapter', 'failure', 'anomaly', 'total', 'kind', 'partition', 'dropped', 'loop', 'topic', 'what'],
  ...['cuts', 'scope', 'door', 'connection', 'reason', 'code', 'engine', 'durability', 'warning'],
];

export class WarningRing {
  readonly #mask: (text: string) => string;
  readonly #kept: NodeWarning[] = [];

  /** @param mask hides secrets in a text */
  constructor(mask: (text: string) => string) {
    this.#mask = mask;
  }

  /** Takes a line of the log: JSON by pino. Others than warnings and errors cost one comparison. */
  note(line: string): void {
    if (!isWarning.test(line)) return;
    const warning = this.#warningOf(line);
    if (warning === null) return;
    this.#kept.push(warning);
    if (this.#kept.length > warningsMax) this.#kept.shift();
  }

  /** The oldest first. */
  read(): readonly NodeWarning[] {
    return [...this.#kept];
  }

  #warningOf(line: string): NodeWarning | null {
    const record = recordOf(line);
    const level = levels[Number(record?.['level'])];
    if (record === null || level === undefined) return null;
    const { time, msg, err, error } = record;
    return {
      at: String(time).slice(0, 40),
      level,
      message: this.#text(String(msg ?? '')),
      fields: Object.fromEntries([
        ...shownFields.flatMap((name) => this.#field(name, record[name])),
        ...this.#errorFields(err ?? error),
      ]),
    };
  }

  #errorFields(error: unknown): [string, string | number | boolean][] {
    if (typeof error !== 'object' || error === null) return this.#field('error', error);
    const cause: unknown = Reflect.get(error, 'cause');
    return [
      ...this.#field('error_type', Reflect.get(error, 'type')),
      ...this.#field('error_code', Reflect.get(error, 'code')),
      ...this.#field('error', Reflect.get(error, 'message')),
      ...(typeof cause === 'object' && cause !== null
        ? this.#field('cause', Reflect.get(cause, 'message'))
        : []),
    ];
  }

  #field(name: string, value: unknown): [string, string | number | boolean][] {
    if (typeof value === 'string') return [[name, this.#text(value)]];
    return typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : [];
  }

  #text(text: string): string {
    return this.#mask(text).slice(0, warningTextMax);
  }
}

function recordOf(line: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
