/** The options of `plenum verify`. */
import { Command, Option } from 'commander';
import { faultNames } from '../faults/built-in-faults.ts';
import { faultsFrom, type WrittenFault } from '../faults/fault-list.ts';
import { listFrom, numberFrom } from '../number-option.ts';

export interface VerifyOptions {
  readonly url?: readonly string[];
  readonly secret?: string;
  readonly adminToken?: string;
  /** False: it comes from the environment, where it may be for something else. */
  readonly isAdminTokenNamed: boolean;
  readonly adminUrl?: readonly string[];
  /** How many it starts itself. */
  readonly nodes: number;
  readonly during?: readonly string[];
  readonly faults?: readonly WrittenFault[];
  readonly from?: string;
  readonly seed?: number;
  readonly slow: number;
  readonly evidence?: string;
  readonly seconds: number;
  readonly groups: number;
  readonly members: number;
  readonly rate: number;
  readonly changes: number;
}

export const seedMax = 2 ** 31;

export function optionsFrom(args: readonly string[]): VerifyOptions {
  const command = new Command('verify')
    .description('Sends, listens, and checks that every member gets everything once and in order.')
    .option(
      '--url <urls>',
      'of nodes or of a load balancer (default: nodes and a Redis of its own)',
      listFrom,
    )
    .addOption(
      new Option(
        '--secret <text>',
        'PLENUM_JWT_SECRET of these (default: they are in dev mode and give tokens)',
      ).env('PLENUM_JWT_SECRET'),
    )
    .addOption(
      new Option(
        '--admin-token <token>',
        'with the scope read: the evidence then has the version of every node, and each change of it; of its own nodes it has them in any case',
      ).env('PLENUM_ADMIN_TOKEN'),
    )
    .option('--admin-url <urls>', 'where admin requests are taken, if not at --url', listFrom)
    .option(
      '--during <command>',
      'a shell command that injects a fault, after a third of the time; of its own nodes, $1, $2, … are the process ids. It runs in sh, on Windows in cmd. Several: one after the other, spread over the time that is left',
      (command: string, before: readonly string[] = []) => [...before, command],
    )
    .addOption(
      new Option('--nodes <n>', 'how many it starts without --url')
        .argParser(numberFrom(1, 9))
        .default(3)
        .conflicts('url'),
    )
    .addOption(
      new Option(
        '--faults <list>',
        `breaks the nodes and the Redis that it starts itself: some of ${faultNames.join(', ')}, with commas between them, one after the other, spread over the time; all: each once, upgrade and rollback with --from only`,
      )
        .argParser(faultsFrom)
        .conflicts('during'),
    )
    .option(
      '--from <build>',
      'the version before, from which the fault upgrade leads and to which rollback leads back: the folder of a Plenum (npm install --prefix before plenum@<version>), or in the repository a commit, branch or tag, which it builds',
    )
    .option('--slow <n>', 'members that read nothing for a third of the time', numberFrom(0, 1000), 0)
    .option(
      '--seed <n>',
      'repeats the choices of changes and faults; without it one is drawn and printed',
      numberFrom(0, seedMax),
    )
    .option(
      '--evidence <folder>',
      'writes verdict.json, verdict.html, sends.jsonl and their SHA256SUMS there: counts, violations, the faults with their times, versions',
    )
    .option('--seconds <n>', 'how long to send', numberFrom(1, 86_400), 15)
    .option('--groups <n>', 'groups; every member is in each of them', numberFrom(1, 256), 4)
    .option('--members <n>', 'members, one device each', numberFrom(1, 1000), 6)
    .option('--rate <n>', 'messages/s of each member to each group', numberFrom(0.1, 1000, false), 5)
    .option(
      '--changes <n>',
      'edits, reactions and take-downs/s of each member in each group; 0: none',
      numberFrom(0, 1000, false),
      2,
    )
    .parse(args, { from: 'user' });
  const isAdminTokenNamed = command.getOptionValueSource('adminToken') === 'cli';
  return { ...command.opts<Omit<VerifyOptions, 'isAdminTokenNamed'>>(), isAdminTokenNamed };
}
