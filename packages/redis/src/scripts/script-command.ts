/**
 * One run of a script as a command of the client library: encoded as one text, and written together with everything
 * else that goes to the same server within one tick. Unlike in a pipeline of the library, no answer waits for another
 * one.
 */
import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { Command } from 'ioredis';

/** One argument in the protocol of Redis. */
export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** A script in its two forms: the text once per connection, then the digest. */
export class ScriptText {
  readonly lua: string;
  readonly #byText: string;
  readonly #byDigest: string;
  /** The number of the latest load on each connection. */
  readonly #loads = new WeakMap<object, number>();
  #loadCount = 0;

  constructor(lua: string) {
    this.lua = lua;
    const digest = createHash('sha1').update(lua).digest('hex');
    this.#byText = bulk('EVAL') + bulk(lua);
    this.#byDigest = bulk('EVALSHA') + bulk(digest);
  }

  /**
   * The beginning of a command on this connection. The first command carries the text, so none overtakes it.
   * @param forceEval sends the text in any case
   */
  prefixFor(connection: object, forceEval: boolean): string {
    if (!forceEval && this.#loads.has(connection)) return this.#byDigest;
    this.#loadCount += 1;
    this.#loads.set(connection, this.#loadCount);
    return this.#byText;
  }

  /** The number of the latest load; 0: none. */
  loadedAt(connection: object): number {
    return this.#loads.get(connection) ?? 0;
  }

  /** The server of this connection has lost its scripts since that load; a later load stays. */
  forget(connection: object, load: number): void {
    if (this.#loads.get(connection) === load) this.#loads.delete(connection);
  }
}

export interface ScriptArguments {
  /** The key that names the slot. */
  readonly firstKey: string;
  /** Number of keys and arguments. */
  readonly count: number;
  /**
   * The number of keys, the keys and the arguments, each as `bulk` writes it. Called again when the command is sent
   * again.
   */
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
    // Read by the Cluster client, for the slot, and by error messages.
    super('evalsha', ['', '1', given.firstKey], isBinary ? {} : { replyEncoding: 'utf8' });
    this.#script = text;
    this.#given = given;
    this.#forceEval = forceEval;
  }

  /** Called once for each connection on which the command is sent. */
  override toWritable(connection: object): string {
    const prefix = this.#script.prefixFor(connection, this.#forceEval);
    this.#connection = connection;
    this.#load = this.#script.loadedAt(connection);
    gather(connection);
    return `*${this.#given.count + 3}\r\n${prefix}${this.#given.text()}`;
  }

  /** The server did not know the script and ran nothing: another command sends the text. */
  forgetScript(): void {
    if (this.#connection !== null) this.#script.forget(this.#connection, this.#load);
  }
}

const gathering = new Set<object>();

/** Everything that is written to the connection within this tick leaves at its end, in one write. */
function gather(connection: object): void {
  if (gathering.has(connection) || !(connection instanceof Writable)) return;
  gathering.add(connection);
  connection.cork();
  setImmediate(() => {
    gathering.delete(connection);
    connection.uncork();
  });
}
