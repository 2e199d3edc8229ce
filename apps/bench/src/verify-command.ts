/** `npm run verify` and `plenum verify`: drives a cluster by its public protocol, through a fault if one is given, and checks every delivery. */
import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { listFrom, numberFrom } from './number-option.ts';
import { type PlenumOptions, startPlenum } from './systems/plenum-system.ts';
import type { RunningSystem } from './systems/system.ts';
import { openTarget } from './systems/target-system.ts';
import { shellFault } from './verify/fault.ts';
import { verifySystem } from './verify/verification.ts';
import { failuresOf, verifyReport } from './verify/verify-report.ts';

interface VerifyOptions {
  readonly url?: readonly string[];
  readonly secret?: string;
  readonly during?: string;
  readonly seconds: number;
  readonly groups: number;
  readonly members: number;
  readonly rate: number;
  readonly changes: number;
}

/** What a cluster of its own consists of, for the command of a package: a path of `plenum`, and how a Redis starts. */
export type OwnCluster = Pick<PlenumOptions, 'script' | 'startRedis'>;

const ownNodes = 3;
const say = (what: string) => void process.stderr.write(`${what}\n`);

/** @param args the arguments after the name of the command. @returns the exit code: 1 unless lost = duplicated = reordered = 0 */
export async function verify(args: readonly string[], own: OwnCluster = {}): Promise<number> {
  const options = optionsFrom(args);
  const system = await systemFor(options, own);
  try {
    const verification = await verifySystem({
      system,
      groups: options.groups,
      membersPerGroup: options.members,
      seconds: options.seconds,
      ratePerSec: options.rate,
      changesPerSec: options.changes,
      during: options.during === undefined ? null : shellFault(options.during, pidsOf(system)),
      runId: randomBytes(4).toString('hex'),
      onProgress: say,
    });
    const failures = failuresOf(verification);
    process.stdout.write(verifyReport(verification, failures));
    return failures.length === 0 ? 0 : 1;
  } finally {
    await system.stop();
  }
}

const pidsOf = ({ nodes }: RunningSystem) => nodes.map(({ pid }) => pid);

function optionsFrom(args: readonly string[]): VerifyOptions {
  return new Command('verify')
    .description('Sends, listens, and checks that every member gets everything once and in order.')
    .option(
      '--url <urls>',
      'of nodes or of a load balancer (default: three nodes and a Redis of its own)',
      listFrom,
    )
    .addOption(
      new Option(
        '--secret <text>',
        'PLENUM_JWT_SECRET of these (default: they are in dev mode and give tokens)',
      ).env('PLENUM_JWT_SECRET'),
    )
    .option(
      '--during <command>',
      'a shell command that injects a fault, after a third of the time; of its own nodes, $1, $2 and $3 are the process ids',
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
    .parse(args, { from: 'user' })
    .opts<VerifyOptions>();
}

async function systemFor({ url, secret }: VerifyOptions, own: OwnCluster): Promise<RunningSystem> {
  // Of several secrets, the first one signs.
  const [signing = null] = secret?.split(',') ?? [];
  if (url !== undefined) return openTarget({ urls: url, secret: signing, redisUrl: null });
  say(`starting Redis (AOF) and ${ownNodes} nodes …`);
  const system = await startPlenum({ ...own, nodeCount: ownNodes, isDurable: true });
  say(`nodes: ${system.urls.map((nodeUrl, i) => `${nodeUrl} (process ${system.nodes[i]?.pid})`).join(', ')}`);
  return system;
}
