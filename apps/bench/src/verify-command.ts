/** `npm run verify` and `plenum verify`: drives a cluster by its public protocol, through faults if some are given, and checks every delivery. */
import { randomBytes, randomInt } from 'node:crypto';
import { Command, Option } from 'commander';
import { listFrom, numberFrom } from './number-option.ts';
import { provenance, shownArguments } from './report/machine.ts';
import { type PlenumOptions, startPlenum } from './systems/plenum-system.ts';
import type { RunningSystem } from './systems/system.ts';
import { openTarget } from './systems/target-system.ts';
import { writeEvidence } from './verify/evidence.ts';
import { commandFault } from './verify/fault.ts';
import { statusOf } from './verify/node-status.ts';
import { Timeline } from './verify/timeline.ts';
import { verifySystem } from './verify/verification.ts';
import { failuresOf, verifyReport } from './verify/verify-report.ts';

interface VerifyOptions {
  readonly url?: readonly string[];
  readonly secret?: string;
  readonly during?: readonly string[];
  readonly seed?: number;
  readonly slow: number;
  readonly evidence?: string;
  readonly seconds: number;
  readonly groups: number;
  readonly members: number;
  readonly rate: number;
  readonly changes: number;
}

/** What a package knows: the path of its `plenum`, how a Redis starts for a cluster of its own, and its version. */
export type OwnCluster = Pick<PlenumOptions, 'script' | 'startRedis'> & {
  /** Of the package. Absent: the commit is known. */
  readonly version?: string;
};

const ownNodes = 3;
const seedMax = 2 ** 31;
const say = (what: string) => void process.stderr.write(`${what}\n`);

/** @param args the arguments after the name of the command. @returns the exit code: 1 unless lost = duplicated = reordered = 0 */
export async function verify(args: readonly string[], own: OwnCluster = {}): Promise<number> {
  const options = optionsFrom(args);
  const timeline = new Timeline();
  const onProgress = (what: string) => {
    say(what);
    timeline.note(what);
  };
  const system = await systemFor(options, own);
  try {
    const { groups, members, seconds, rate, changes, during: commands = [], slow, evidence } = options;
    const { seed = randomInt(seedMax) } = options;
    const { date, commit, machine } = provenance(new Date(), 'npm run verify --', []);
    const versions = {
      verify: own.version ?? commit,
      ...{ date, machine },
      cluster: await Promise.all(system.urls.map(statusOf)),
    };
    const verification = await verifySystem({
      ...{ system, groups, seconds, seed, onProgress, slowMembers: slow },
      membersPerGroup: members,
      ratePerSec: rate,
      changesPerSec: changes,
      during: commands.length === 0 ? null : commandFault({ commands, pids: pidsOf(system), onProgress }),
      runId: randomBytes(4).toString('hex'),
    });
    const failures = failuresOf(verification);
    onProgress(failures.length === 0 ? 'passed' : `failed: ${failures.join('; ')}`);
    const command = againWith(args, seed);
    process.stdout.write(verifyReport(verification, failures));
    if (evidence !== undefined) {
      const shown = { verification, failures, timeline: timeline.moments, seed, command, versions };
      const files = await writeEvidence(evidence, shown);
      process.stdout.write(`evidence: ${files.join(', ')} in ${evidence}\n`);
    }
    process.stdout.write(`again: ${command}\n`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await system.stop();
  }
}

/** @returns the command that makes the same choices. Its timing is that of the machine, and the secret comes from the environment */
function againWith(args: readonly string[], seed: number): string {
  const shown = shownArguments(args).filter((arg, i, all) => arg !== '--seed' && all[i - 1] !== '--seed');
  const kept = shown.filter((arg) => !arg.startsWith('--seed='));
  const quoted = kept.map((arg) => (/^[\w./:,=@-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`));
  return ['plenum verify', ...quoted, `--seed ${seed}`].join(' ');
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
      'a shell command that injects a fault, after a third of the time; of its own nodes, $1, $2 and $3 are the process ids. It runs in sh, on Windows in cmd. Several: one after the other, spread over the time that is left',
      (command: string, before: readonly string[] = []) => [...before, command],
    )
    .option('--slow <n>', 'members that read nothing for a third of the time', numberFrom(0, 1000), 0)
    .option(
      '--seed <n>',
      'repeats the choice of changes; without it one is drawn and printed',
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
