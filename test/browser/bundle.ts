import { fileURLToPath } from 'node:url';
import { type OutputChunk, rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * One minified module as an application's bundler makes it of a package's built files.
 * @param entry below the top folder. @param external is left to the page.
 * @param options.isDevelopment
 * with the checks that libraries have for development. @throws Error for whatever the bundler has to say: a module of Node, or one that is not there, is one of that.
 */
export async function bundled(
  entry: string,
  external: readonly string[] = [],
  { isDevelopment = false } = {},
): Promise<OutputChunk> {
  const build = await rolldown({
    cwd: root,
    input: entry,
    platform: 'browser',
    transform: {
      define: { 'process.env.NODE_ENV': JSON.stringify(isDevelopment ? 'development' : 'production') },
    },
    external: [...external],
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });
  const { output } = await build.generate({ format: 'esm', minify: !isDevelopment });
  await build.close();
  return output[0];
}
