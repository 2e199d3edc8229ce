/** Steps the wall clock of every Redis server of this process, by a library that a C compiler of the machine makes. */
import { execFile } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const source = fileURLToPath(new URL('./stepped-clock.c', import.meta.url));

export class RedisClock implements AsyncDisposable {
  /** False: no compiler is installed. */
  readonly isThere: boolean;
  readonly #file: string;

  private constructor(isThere: boolean, file: string) {
    this.isThere = isThere;
    this.#file = file;
  }

  /** Servers that are started before it is disposed have this clock. @param folder for the library and the present step */
  static async prepare(folder: string): Promise<RedisClock> {
    const [library, file] = [join(folder, 'stepped-clock.so'), join(folder, 'redis-clock')];
    await writeFile(file, Buffer.alloc(8));
    const isThere = await run('cc', ['-shared', '-fPIC', '-O2', '-o', library, source]).then(
      () => true,
      () => false,
    );
    if (isThere) Object.assign(process.env, { LD_PRELOAD: library, REDIS_CLOCK: file });
    return new RedisClock(isThere, file);
  }

  /** @param seconds ahead of the machine; 0: right again */
  async step(seconds: number): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(seconds));
    // In place: the servers have mapped this file.
    const file = await open(this.#file, 'r+');
    await file.write(bytes, 0, bytes.length, 0);
    await file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    delete process.env['LD_PRELOAD'];
  }
}
