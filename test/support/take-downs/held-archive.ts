/** An archive in PostgreSQL that can be read, but learns of no change of a message while it is held. */
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

const heldMs = 1000;
const freeMs = 700;

export class HeldArchive implements AsyncDisposable {
  readonly #client: Client;
  #isHeld = false;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async connect(url: string): Promise<HeldArchive> {
    const client = new Client({ connectionString: url });
    await client.connect();
    return new HeldArchive(client);
  }

  /** Writers of states wait from now on; readers do not. The table must exist. */
  async hold(): Promise<void> {
    await this.#client.query('BEGIN');
    this.#isHeld = true;
    try {
      await this.#client.query('LOCK TABLE plenum_message_states IN EXCLUSIVE MODE');
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    if (this.#isHeld) await this.#client.query('ROLLBACK');
    this.#isHeld = false;
  }

  /** Holds it again and again until the end. */
  async holdWhile(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.hold();
      await pause(heldMs);
      await this.release();
      await pause(freeMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}
