/**
 * `npm run verify:mixed`: drives a cluster whose nodes are of two versions, restarts them all the time, and checks every
 * delivery.
 */
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { Redis } from 'ioredis';
import { buildVersion, type OtherVersion, UnknownVersion } from './faults/version-before.ts';
import { MixedCluster, type Version } from './mixed/mixed-cluster.ts';
import { type RollingRestarts, rollingRestarts } from './mixed/rolling-restarts.ts';
import { numberFrom } from './number-option.ts';
import { plenumScript } from './systems/plenum-system.ts';
import { type Verification, verifySystem } from './verify/verification.ts';
import { failuresOf, verifyReport } from './verify/verify-report.ts';

interface MixedOptions {
  readonly before: string;
  readonly for: number;
  readonly groups: number;
  readonly members: number;
  readonly rate: number;
  readonly redisCluster: boolean;
  readonly scriptFlush: boolean;
}

/** The last commit whose nodes append each message by a script of its own. */
const defaultVersion = '249b1f639c80';
const versions: readonly Version[] = ['before', 'now'];
const unknownVersionCode = 3;
const flushEveryMs = 1000;
const say = (what: string) => void process.stderr.write(`${what}\n`);

/**
 * @param args the arguments after the name of the command.
 * @returns the exit code: 1 unless lost = duplicated = reordered = 0, 3 if the version before is not in the history
 */
export async function verifyMixed(args: readonly string[]): Promise<number> {
  const options = optionsFrom(args);
  say(`building ${options.before} …`);
  const before = await buildVersion(options.before).catch((error: unknown) => {
    if (error instanceof UnknownVersion) return error;
    throw error;
  });
  if (before instanceof UnknownVersion) {
    say(before.message);
    return unknownVersionCode;
  }
  try {
    return await verifyBeside(before, options);
  } finally {
    await before.remove();
  }
}

async function verifyBeside(before: OtherVersion, options: MixedOptions): Promise<number> {
  const cluster = await MixedCluster.start({
    scripts: { before: before.script, now: plenumScript },
    versions: ['before', 'now', 'now'],
    isRedisCluster: options.redisCluster,
  });
  const endFlushing = options.scriptFlush ? flushScripts(cluster.redisUrl) : () => {};
  try {
    const restarts = rollingRestarts(cluster, say);
    const verification = await verifySystem({
      system: cluster,
      groups: options.groups,
      membersPerGroup: options.members,
      seconds: options.for,
      ratePerSec: options.rate,
      // The version before may not know them.
      changesPerSec: 0,
      during: [restarts],
      runId: randomBytes(4).toString('hex'),
      onProgress: say,
      serverAt: (url) => cluster.versionAt(url),
    });
    process.stdout.write(mixedReport(before, restarts, verification));
    const failures = [...failuresOf(verification), ...unusedIn(verification), ...untriedIn(restarts)];
    process.stdout.write(verifyReport(verification, failures));
    return failures.length === 0 ? 0 : 1;
  } finally {
    endFlushing();
    await cluster.stop();
  }
}

function mixedReport(before: OtherVersion, { counts }: RollingRestarts, { traffic }: Verification): string {
  const { drained, killed, toBefore, toNow } = counts;
  const of = (version: Version) => traffic.get(version) ?? { acked: 0, received: 0 };
  return [
    `restarts: ${drained} by SIGTERM, ${killed} by SIGKILL; swaps: ${toBefore} to before, ${toNow} to now`,
    `before (${before.commit}): acknowledged ${of('before').acked}, pushed ${of('before').received}`,
    `now: acknowledged ${of('now').acked}, pushed ${of('now').received}`,
    '',
  ].join('\n');
}

/** A version that served nothing fails the run, which then shows nothing about it. */
const unusedIn = ({ traffic }: Verification): string[] =>
  versions.flatMap((version) => {
    const { acked, received } = traffic.get(version) ?? { acked: 0, received: 0 };
    return acked > 0 && received > 0 ? [] : [`nodes of version ${version} served nothing`];
  });

/** An update without its way back, or the other way round, fails the run too. */
const untriedIn = ({ counts }: RollingRestarts): string[] => [
  ...(counts.toNow > 0 ? [] : ['no node was replaced by one of this version']),
  ...(counts.toBefore > 0 ? [] : ['no node was replaced by one of the version before']),
];

/** Redis forgets all scripts once a second. @returns ends it */
function flushScripts(redisUrl: string): () => void {
  const redis = new Redis(redisUrl);
  const timer = setInterval(() => {
    // A flush that fails is made up for by the next one.
    redis.script('FLUSH').catch(() => {});
  }, flushEveryMs);
  return () => {
    clearInterval(timer);
    redis.disconnect();
  };
}

function optionsFrom(args: readonly string[]): MixedOptions {
  return new Command('verify:mixed')
    .description('Verifies a cluster of two versions while its nodes are restarted and change their version.')
    .option('--before <ref>', 'a commit, branch or tag of this repository', defaultVersion)
    .option('--for <time>', 'how long to send, for example 60s', secondsFrom, 60)
    .option('--groups <n>', 'groups; every member is in each of them', numberFrom(1, 256), 4)
    .option('--members <n>', 'members, one device each', numberFrom(1, 1000), 9)
    .option('--rate <n>', 'messages/s of each member to each group', numberFrom(0.1, 1000, false), 5)
    .option('--redis-cluster', 'a Redis Cluster of one server instead of a Redis alone', false)
    .option('--script-flush', 'Redis forgets all scripts once a second', false)
    .parse(args, { from: 'user' })
    .opts<MixedOptions>();
}

/** @param text `60s` or `60` */
function secondsFrom(text: string): number {
  if (!/^\d+s?$/.test(text)) throw new InvalidArgumentError('a time such as 60s is expected');
  return numberFrom(1, 86_400)(text.replace('s', ''));
}
