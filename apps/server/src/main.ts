/** The `plenum` command. */
import { Command } from 'commander';
import { runBenchTool } from './commands/bench-tool.ts';
import { check } from './commands/check.ts';
import { serve } from './commands/serve.ts';
import { type TokenOptions, token } from './commands/token.ts';
import { version } from './version.ts';

/** Runs a command; what it throws is one sentence for a person, or a bug with its stack. */
const exitWith = (command: () => Promise<number>) => async () => {
  try {
    process.exit(await command());
  } catch (error) {
    const isBug =
      error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
    const shown = error instanceof Error ? (isBug ? error.stack : error.message) : String(error);
    process.stderr.write(`${shown}\n`);
    process.exit(1);
  }
};

const program = new Command('plenum')
  .description('Horizontally scaled group messaging. Configured by the environment: see the README.')
  .version(version)
  .showHelpAfterError();

program.command('serve').description('run a node').action(exitWith(serve));
program
  .command('check')
  .description('check the configuration and Redis, and name the durability class')
  .action(exitWith(check));
program
  .command('token')
  .description('print a token for a user')
  .requiredOption('--user <id>', 'the user id: becomes `sub`')
  .option('--hours <number>', 'how long it is valid', '24')
  .action((options: TokenOptions) => exitWith(() => token(options))());

const benchTools = {
  bench: 'compare with bare Socket.IO under load (see plenum bench --help)',
  verify:
    'drive a cluster, through a fault if one is given, and check every delivery (see plenum verify --help)',
};
for (const name of ['bench', 'verify'] as const) {
  program
    .command(name)
    .description(benchTools[name])
    .helpOption(false)
    .allowUnknownOption()
    .argument('[options...]')
    .action((options: readonly string[]) => exitWith(() => runBenchTool(name, options))());
}

await program.parseAsync();
