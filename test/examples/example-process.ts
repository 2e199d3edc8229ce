/** Runs an example by the command that its README names, in its folder, on a Redis of the test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandProcess } from '../command-process.ts';
import { root } from '../source-tree.ts';

interface Command {
  /** Below the top folder. */
  readonly script: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The commands `[NAME=value …] node <script> [arguments]` and `… npx plenum <command>` of the first block of shell in the
 * README.
 * @param name of the folder below apps/examples
 */
function commandsOf(name: string): readonly Command[] {
  const readme = readFileSync(join(root, 'apps/examples', name, 'README.md'), 'utf8');
  const [, block = ''] = readme.match(/```sh\n([\s\S]*?)```/) ?? [];
  return block.split('\n').flatMap((line) => {
    const words = (line.match(/'[^']*'|[^\s']+/g) ?? []).map((word) => word.replaceAll("'", ''));
    const at = words.findIndex((word) => word === 'node' || word === 'npx');
    const [named, ...args] = words.slice(at + 1);
    if (at === -1 || named === undefined) return [];
    const script = words[at] === 'npx' ? commandOf(named) : join('apps/examples', name, named);
    const environment = Object.fromEntries(words.slice(0, at).map((word) => word.split('=', 2)));
    return [{ script, args, environment }];
  });
}

/** What npm links into `node_modules/.bin`. */
function commandOf(command: string): string {
  if (command !== 'plenum') throw new Error(`npx ${command} is not run here`);
  return 'apps/server/bin/plenum.js';
}

interface Running {
  /** Variables over those that the README names. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Which of the commands of the README; default: the first. */
  readonly command?: number;
}

/** Starts the example. It listens on a free port if it takes PORT. */
export function startExample(name: string, { environment = {}, command = 0 }: Running = {}): CommandProcess {
  const named = commandsOf(name)[command];
  if (named === undefined) throw new Error(`the README of ${name} names no command ${command}`);
  return new CommandProcess(named.script, named.args, {
    ...named.environment,
    PORT: '0',
    PWD: join(root, 'apps/examples', name),
    ...environment,
  });
}

/** The URL on which an example says that it listens: `listening on http://…`. */
export async function urlOf(example: CommandProcess): Promise<string> {
  const [, url = ''] = await example.until(/listening on (http:\/\/\S+)/);
  return url.replace('[::1]', 'localhost').replace('0.0.0.0', '127.0.0.1');
}
