/**
 * One run of a script as a command of the client library. It is encoded as one text. All commands that go to the same
 * connection within one tick leave in one write; unlike in a pipeline of the library, no answer waits for another one.
 */
import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { Command } from 'ioredis';
import { writeAtTickEnd } from './tick-end.ts';

/** Encodes one argument in the protocol of Redis. */
export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** The text of a script and its digest. The first command on a connection sends the text, later ones the digest. */
export class ScriptText {
  readonly lua: string;
  readonly #byText: string;
  readonly #byDigest: string;
  /** For each connection, the number of the latest command that carried the text. */
  readonly #loads = new WeakMap<object, number>();
  #loadCount = 0;

  constructor(lua: string) {
    this.lua = lua;
    const digest = createHash('sha1').update(lua).digest('hex');
    this.#byText = bulk('EVAL') + bulk(lua);
    this.#byDigest = bulk('EVALSHA') + bulk(digest);
  }

  /**
   * @returns the beginning of a command on this connection: with the text on the first call, with the digest later
   * @param forceEval true to send the text in any case
   */
  prefixFor(connection: object, forceEval: boolean): string {
    if (!forceEval && this.#loads.has(connection)) return this.#byDigest;
    this.#loadCount += 1;
    this.#loads.set(connection, this.#loadCount);
    return this.#byText;
  }

  /** @returns the number of the latest command that carried the text on this connection; 0 if there was none */
  loadedAt(connection: object): number {
    return this.#loads.get(connection) ?? 0;
  }

  /** The server of this connection has lost the text of that load: the next command sends it, unless a later one has. */
  forget(connection: object, load: number): void {
    if (this.#loads.get(connection) === load) this.#loads.delete(connection);
  }
}

export interface ScriptArguments {
  /** The key that selects the slot. */
  readonly firstKey: string;
  /** The number of keys and arguments together. */
  readonly count: number;
  /**
   * @returns the number of keys, the keys and the arguments, each encoded by `bulk`. Called each time the command is
   * sent
   */
  text(): string;
}

interface ScriptToSend {
  readonly text: ScriptText;
  /** True if the reply contains Buffers. */
  readonly isBinary: boolean;
}

export class ScriptCommand extends Command {
  readonly #script: ScriptText;
  readonly #given: ScriptArguments;
  readonly #forceEval: boolean;
  #connection: object | null = null;
  #load = 0;

  constructor({ text, isBinary }: ScriptToSend, given: ScriptArguments, forceEval: boolean) {
    // The Cluster client reads these arguments for the slot, and error messages show them.
    super('evalsha', ['', '1', given.firstKey], isBinary ? {} : { replyEncoding: 'utf8' });
    this.#script = text;
    this.#given = given;
    this.#forceEval = forceEval;
  }

  /** Encodes the command. The client library calls this once for each connection on which it sends the command. */
  override toWritable(connection: object): string {
    const prefix = this.#script.prefixFor(connection, this.#forceEval);
    this.#connection = connection;
    this.#load = this.#script.loadedAt(connection);
    gather(connection);
    return `*${this.#given.count + 3}\r\n${prefix}${this.#given.text()}`;
  }

  /** The server did not know the script and did nothing: the next command must send the text. */
  forgetScript(): void {
    if (this.#connection !== null) this.#script.forget(this.#connection, this.#load);
  }
}

const gathering = new Set<object>();

/** Lets all commands that are written to the connection within this tick leave at its end in one write. */
function gather(connection: object): void {
  if (gathering.has(connection) || !(connection instanceof Writable)) return;
  gathering.add(connection);
  connection.cork();
  writeAtTickEnd(() => {
    gathering.delete(connection);
    connection.uncork();
  });
}
