/** A disk of its own for the files of Redis, which a test may fill: a tmpfs, which only root may mount. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sizeMib = 512;
const chunkBytes = 4 * 1024 * 1024;

export class SmallDisk implements AsyncDisposable {
  readonly folder: string;
  readonly #filler: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#filler = join(folder, 'filler');
  }

  /** @returns null where this process may not mount */
  static async mount(): Promise<SmallDisk | null> {
    const folder = await mkdtemp(join(tmpdir(), 'plenum-small-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', folder]);
      return new SmallDisk(folder);
    } catch {
      await rmdir(folder);
      return null;
    }
  }

  /** Resolves when not one byte more can be written. */
  async fill(): Promise<void> {
    const file = await open(this.#filler, 'w');
    try {
      for (let size = chunkBytes; size >= 1; ) {
        const isFull = await file.write(Buffer.alloc(size)).then(
          ({ bytesWritten }) => bytesWritten < size,
          () => true,
        );
        if (isFull) size = Math.floor(size / 16);
      }
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(this.#filler, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.free();
    // Files of servers that were just stopped may still be open.
    await run('umount', ['--lazy', this.folder]);
    await rmdir(this.folder);
  }
}
