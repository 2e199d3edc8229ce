/** The `plenum` command. */
import { groupTypeSchema } from '@plenum/protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { AdminTokenOptions } from './commands/admin-token.ts';
import type { ConsoleOptions } from './commands/console.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import type { ExportCommandOptions } from './commands/export.ts';
import type { ImportCommandOptions } from './commands/import.ts';
import type { InitOptions } from './commands/init.ts';
import type { JoinOptions } from './commands/join.ts';
import { lastWords } from './commands/last-words.ts';
import type { SearchOptions } from './commands/search.ts';
import type { SendOptions } from './commands/send.ts';
import type { LanOptions, ServeOptions } from './commands/serve.ts';
import type { TailOptions } from './commands/tail.ts';
import type { TakeDownOptions } from './commands/take-down.ts';
import type { TokenOptions } from './commands/token.ts';
import { build } from './config/version.ts';

/** Each command loads its code only when it is called, so a client does not load the code of a node. */
const commands = {
  serve: () => import('./commands/serve.ts'),
  dev: () => import('./commands/dev.ts'),
  init: () => import('./commands/init.ts'),
  worker: () => import('./commands/worker.ts'),
  check: () => import('./commands/check.ts'),
  doctor: () => import('./commands/doctor.ts'),
  token: () => import('./commands/token.ts'),
  adminToken: () => import('./commands/admin-token.ts'),
  join: () => import('./commands/join.ts'),
  send: () => import('./commands/send.ts'),
  tail: () => import('./commands/tail.ts'),
  search: () => import('./commands/search.ts'),
  takeDown: () => import('./commands/take-down.ts'),
  export: () => import('./commands/export.ts'),
  import: () => import('./commands/import.ts'),
  rebuild: () => import('./commands/rebuild.ts'),
  console: () => import('./commands/console.ts'),
  benchTool: () => import('./commands/bench-tool.ts'),
};

/** A reader such as `head -1` may close stdout at any time. Then the command still runs to its end; only `tail` ends. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/** Runs a command. Prints an error as one sentence, or a bug with its stack. */
const exitWith = (command: () => Promise<number>) => async () => {
  try {
    process.exit(await command());
  } catch (error) {
    process.stderr.write(`${lastWords(error)}\n`);
    process.exit(1);
  }
};

function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url !== null && isHttp && url.href === `${url.origin}/`) return url.origin;
  throw new InvalidArgumentError('It must be an origin, such as https://chat.example.com.');
}

/** @returns an origin, or the URL of the prefix below which an application has mounted its node, without a slash at the end */
function placeOfRoutes(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url !== null && isHttp && url.href === url.origin + url.pathname) return url.href.replace(/\/$/, '');
  throw new InvalidArgumentError(
    'It must be an origin, such as https://chat.example.com, with the prefix of a mounted node behind it.',
  );
}

function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 65_536;
  if (value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a port from 0 to 65535.');
}

function seq(text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}

const program = new Command('plenum')
  .description(
    'Horizontally scaled group messaging. Configured by the environment: see /docs/reference/settings of any node.',
  )
  .version(build)
  .showHelpAfterError();

program
  .command('serve')
  .description('run a node, or one for each worker')
  .option(
    '--workers <number|auto>',
    'processes behind the one port, each a node of its own; auto: one for each core (default: PLENUM_WORKERS, or 1)',
  )
  .option(
    '--lan [port]',
    'in dev mode: let phones of the network into the playground by a QR code, on this port (default: the one after PORT)',
  )
  .addOption(new Option('--of-dev-cluster', 'set by `npm run cluster`').hideHelp())
  .action((options: ServeOptions) => exitWith(async () => (await commands.serve()).serve(options))());
program
  .command('dev')
  .description('run a node for development, with a Redis of its own where REDIS_URL names none')
  .option(
    '--lan [port]',
    'in dev mode: let phones of the network into the playground by a QR code, on this port (default: the one after PORT)',
  )
  .action((options: LanOptions) => exitWith(async () => (await commands.dev()).dev(options))());
program
  .command('init')
  .description('write a configuration file, a compose file and secrets into this folder')
  .option('--force', 'write the configuration file and the compose file anew; .env is kept')
  .option('--no-compose', 'without a compose file')
  .action((options: InitOptions) => exitWith(async () => (await commands.init()).init(options))());
program
  .command('worker', { hidden: true })
  .description('run a worker of `serve --workers`, which starts it')
  .action(exitWith(async () => (await commands.worker()).worker()));
program
  .command('check')
  .description('check the configuration and Redis, and name the durability class')
  .action(exitWith(async () => (await commands.check()).check()));
program
  .command('doctor')
  .description(
    'gather what a report of a fault needs in one file, without secrets; also while Redis or the node is down',
  )
  .option('--output <file>', 'a new file; - is stdout (default: plenum-doctor-<time>.json)')
  .option('--token <admin token>', 'with the scope `read` (default: PLENUM_ADMIN_TOKEN)')
  .option(
    '--url <url>',
    'of a node or a load balancer that takes admin requests (default: HOST and PLENUM_ADMIN_PORT or PORT of the configuration)',
    placeOfRoutes,
  )
  .action((options: DoctorOptions) => exitWith(async () => (await commands.doctor()).doctor(options))());
program
  .command('rebuild')
  .description(
    'fill an empty Redis with the groups of the archive in PostgreSQL, while no node runs; the same command continues where it was stopped',
  )
  .action(exitWith(async () => (await commands.rebuild()).rebuild()));
program
  .command('token')
  .description('print a token for a user')
  .requiredOption('--user <id>', 'the user id: becomes `sub`')
  .option('--hours <number>', 'how long it is valid', '24')
  .action((options: TokenOptions) => exitWith(async () => (await commands.token()).token(options))());

program
  .command('admin-token')
  .description('make an admin token, and the row of the configuration file that holds its digest')
  .requiredOption('--name <name>', 'the name in the audit log')
  .requiredOption('--scopes <list>', 'some of read, groups, ops, with commas between them')
  .action((options: AdminTokenOptions) =>
    exitWith(async () => (await commands.adminToken()).adminToken(options))(),
  );

/** Adds a command that acts as a user, with the options for the user and the URL. */
const userCommand = (usage: string, description: string) =>
  program
    .command(usage)
    .description(description)
    .option(
      '--as <user id>',
      'who acts, where this machine may give a token: in dev mode, or with PLENUM_JWT_SECRET',
    )
    .addOption(new Option('--token <token>', 'the acting user, by its token').conflicts('as'))
    .option(
      '--url <url>',
      'of a node or a load balancer (default: HOST and PORT of the configuration)',
      origin,
    );

userCommand('join <group>', 'join a group, or ask to be accepted')
  .addOption(
    new Option('--create [type]', 'make the group where there is none')
      .choices(groupTypeSchema.options)
      .preset(groupTypeSchema.enum.public),
  )
  .action((group: string, options: JoinOptions) =>
    exitWith(async () => (await commands.join()).join(group, options))(),
  );
userCommand('send <group> [text...]', 'send a message; without text, every line of stdin')
  .option('--ephemeral', 'only to the devices that are connected now, and into no log')
  .action((group: string, text: readonly string[], options: SendOptions) =>
    exitWith(async () => (await commands.send()).send(group, text, options))(),
  );
userCommand('tail <group>', 'print the entries of a group as they come; Ctrl-C ends it')
  .option('--from <seq>', 'begin with this entry of the log (default: with the next one)', seq)
  .option('--json', 'one JSON object per line')
  .action((group: string, options: TailOptions) =>
    exitWith(async () => (await commands.tail()).tail(group, options))(),
  );

/** Adds a command that acts as the service. */
const serviceCommand = (usage: string, description: string) =>
  program
    .command(usage)
    .description(description)
    .option('--token <admin token>', 'with the scopes `read` and `groups` (default: PLENUM_ADMIN_TOKEN)')
    .option(
      '--url <url>',
      'of a node or a load balancer that takes admin requests (default: HOST and PORT of the configuration)',
      placeOfRoutes,
    );

serviceCommand('search <group> <words...>', 'find messages in the archive by their words, the newest first')
  .option('--before <seq>', 'only messages below this seq', seq)
  .option('--json', 'one JSON object per line')
  .action((group: string, words: readonly string[], options: SearchOptions) =>
    exitWith(async () => (await commands.search()).search(group, words, options))(),
  );
serviceCommand(
  'take-down <group> <message>',
  'take a message down, by its id or its seq: no reader gets its text again',
)
  .option('--reason <text>', 'is in the entry and in the tombstone')
  .action((group: string, message: string, options: TakeDownOptions) =>
    exitWith(async () => (await commands.takeDown()).takeDown(group, message, options))(),
  );
serviceCommand('export', 'write groups with their members and messages as lines of JSON')
  .option('--group <id>', 'a group; may be given several times', (id: string, ids: string[] = []) => [
    ...ids,
    id,
  ])
  .option('--all', 'all groups')
  .option('--output <file>', 'a new file (default: stdout)')
  .action((options: ExportCommandOptions) =>
    exitWith(async () => (await commands.export()).exportCommand(options))(),
  );
serviceCommand(
  'import <file>',
  'bring groups, members and messages from lines of JSON; - is stdin; the same import continues where it was stopped',
)
  .option('--merge', 'add to groups that exist; without it they are refused')
  .action((file: string, options: ImportCommandOptions) =>
    exitWith(async () => (await commands.import()).importCommand(file, options))(),
  );

serviceCommand(
  'console',
  'open the console of a running cluster on this machine; it only reads, unless --write is given; Ctrl-C ends it',
)
  .option('--write', 'pass changes and sockets on to the cluster too')
  .option('--port <port>', 'on this machine (default: any free one)', port)
  .action((options: ConsoleOptions) =>
    exitWith(async () => (await commands.console()).consoleCommand(options))(),
  );

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
    .action((options: readonly string[]) =>
      exitWith(async () => (await commands.benchTool()).runBenchTool(name, options))(),
    );
}

await program.parseAsync();
