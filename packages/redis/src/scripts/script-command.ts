/**
 * One run of a script as the client library sends it: encoded as one text when it is written, together with whatever else
 * goes to the same server within one turn of the event loop. Unlike in a pipeline of the library, no answer waits for
 * another one.
 */
import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { Command } from 'ioredis';

/** One argument as Redis reads it. */
export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** A script as servers know it: by its text once per connection, by its digest from then on. */
export class ScriptText {
  readonly lua: string;
  readonly #byText: string;
  readonly #byDigest: string;
  /** Which load each connection goes by. */
  readonly #loads = new WeakMap<object, number>();
  #loadCount = 0;

  constructor(lua: string) {
    this.lua = lua;
    const digest = createHash('sha1').update(lua).digest('hex');
    this.#byText = bulk('EVAL') + bulk(lua);
    this.#byDigest = bulk('EVALSHA') + bulk(digest);
  }

  /**
   * How a command on this connection begins. The first one brings the text along, so none overtakes another.
   * @param forceEval the text, whatever was told before
   */
  prefixFor(connection: object, forceEval: boolean): string {
    if (!forceEval && this.#loads.has(connection)) return this.#byDigest;
    this.#loadCount += 1;
    this.#loads.set(connection, this.#loadCount);
    return this.#byText;
  }

  /** The latest one; 0: it was not told. */
  loadedAt(connection: object): number {
    return this.#loads.get(connection) ?? 0;
  }

  /** The server of this connection has lost its scripts since that load; it may have been told again. */
  forget(connection: object, load: number): void {
    if (this.#loads.get(connection) === load) this.#loads.delete(connection);
  }
}

export interface ScriptArguments {
  /** Names the slot. */
  readonly firstKey: string;
  /** How many keys and arguments. */
  readonly count: number;
  /** The number of keys, the keys and the arguments, each as `bulk` writes it. Asked for again when it is sent again. */
  text(): string;
}

interface ScriptToSend {
  readonly text: ScriptText;
  /** The reply holds Buffers. */
  readonly isBinary: boolean;
}

export class ScriptCommand extends Command {
  readonly #script: ScriptText;
  readonly #given: ScriptArguments;
  readonly #forceEval: boolean;
  #connection: object | null = null;
  #load = 0;

  constructor({ text, isBinary }: ScriptToSend, given: ScriptArguments, forceEval: boolean) {
    // For those who look into a command: the Cluster client, which reads the slot from it, and error messages.
    super('evalsha', ['', '1', given.firstKey], isBinary ? {} : { replyEncoding: 'utf8' });
    this.#script = text;
    this.#given = given;
    this.#forceEval = forceEval;
  }

  /** Called once for each connection that it is sent on. */
  override toWritable(connection: object): string {
    const prefix = this.#script.prefixFor(connection, this.#forceEval);
    this.#connection = connection;
    this.#load = this.#script.loadedAt(connection);
    gather(connection);
    return `*${this.#given.count + 3}\r\n${prefix}${this.#given.text()}`;
  }

  /** The server did not know the script and ran nothing: another command brings the text. */
  forgetScript(): void {
    if (this.#connection !== null) this.#script.forget(this.#connection, this.#load);
  }
}

const gathering = new Set<object>();

/** What is written to the connection from here on leaves with the end of the turn, in one write. */
function gather(connection: object): void {
  if (gathering.has(connection) || !(connection instanceof Writable)) return;
  gathering.add(connection);
  connection.cork();
  setImmediate(() => {
    gathering.delete(connection);
    connection.uncork();
  });
}
