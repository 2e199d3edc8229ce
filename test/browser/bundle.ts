import { fileURLToPath } from 'node:url';
import { type OutputChunk, rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * One minified module as an application's bundler makes it of a package's built files.
 * @param entry below the top folder. @param external is left to the page.
 * @throws Error for whatever the bundler has to say: a module of Node, or one that is not there, is one of that.
 */
export async function bundled(entry: string, external: readonly string[] = []): Promise<OutputChunk> {
  const build = await rolldown({
    cwd: root,
    input: entry,
    platform: 'browser',
    external: [...external],
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });
  const { output } = await build.generate({ format: 'esm', minify: true });
  await build.close();
  return output[0];
}
