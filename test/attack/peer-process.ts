/** Harmful peers as child processes with the lowest priority: what they need of the machine is taken from no one else. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { z } from 'zod';
import { jwtSecret } from '../support/wire/http.ts';
import { childAnswer } from './child-answer.ts';
import type { Target } from './peer.ts';
import type { PeerName } from './peers/harmful-peers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const reportSchema = z.object({
  rounds: z.number(),
  counts: z.record(z.string(), z.number()),
  errors: z.array(z.string()),
});
export type PeerReport = z.output<typeof reportSchema>;

/** `peer-main.ts` as one module that Node runs as it is; packages are those of the build. */
export class PeerProgram implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async build(): Promise<PeerProgram> {
    const build = await rolldown({
      cwd: root,
      input: 'test/attack/peer-main.ts',
      platform: 'node',
      // The testkit is no package of the build with everything that it needs: only what is used of it comes along.
      external: [/^(?!@plenum\/testkit)[^./]/],
      resolve: { conditionNames: ['@plenum/source', 'import', 'node', 'default'] },
      treeshake: { moduleSideEffects: (id) => id.endsWith('peer-main.ts') },
    });
    const { output } = await build.generate({ format: 'esm' });
    await build.close();
    // Below the packages that it imports.
    const folder = join(root, 'node_modules', '.cache');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `harmful-peer-${process.pid}.mjs`);
    await writeFile(path, output[0].code);
    return new PeerProgram(path);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.path, { force: true });
  }
}

export class PeerProcess implements AsyncDisposable {
  readonly name: PeerName;
  readonly #child: ChildProcess;

  private constructor(name: PeerName, child: ChildProcess) {
    this.name = name;
    this.#child = child;
  }

  static async start(
    { path }: PeerProgram,
    name: PeerName,
    { url, adminUrl }: Pick<Target, 'url' | 'adminUrl'>,
  ): Promise<PeerProcess> {
    const env = { PEER: name, URL: url, ADMIN_URL: adminUrl ?? '', JWT_SECRET: jwtSecret };
    const child = fork(path, { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    const started = new PeerProcess(name, child);
    await childAnswer(child, name);
    return started;
  }

  /** Resolves when its time is over, and it has let go of everything. */
  async goOn(forMs: number): Promise<PeerReport> {
    this.#child.send(forMs);
    return reportSchema.parse(await childAnswer(this.#child, this.name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
