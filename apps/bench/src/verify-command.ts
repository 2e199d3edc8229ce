/** `npm run verify` and `plenum verify`: drives a cluster by its public protocol, through faults if some are given, and checks every delivery. */
import { randomBytes, randomInt } from 'node:crypto';
import { Timeline } from './faults/timeline.ts';
import { provenance, shownArguments } from './report/machine.ts';
import type { RunningSystem } from './systems/system.ts';
import { writeEvidence } from './verify/evidence.ts';
import { statusOf } from './verify/node-status.ts';
import { NodeWatch } from './verify/node-watch.ts';
import { type OwnCluster, prepareSystem } from './verify/prepared-system.ts';
import { verifySystem } from './verify/verification.ts';
import { optionsFrom, seedMax, type VerifyOptions } from './verify/verify-options.ts';
import { failuresOf, verifyReport } from './verify/verify-report.ts';

const say = (what: string) => void process.stderr.write(`${what}\n`);

/** @param args the arguments after the name of the command. @returns the exit code: 1 unless lost = duplicated = reordered = 0 */
export async function verify(args: readonly string[], own: OwnCluster = {}): Promise<number> {
  const options = optionsFrom(args);
  const timeline = new Timeline(say);
  const onProgress = (what: string) => timeline.note(what);
  const { seed = randomInt(seedMax) } = options;
  const { date, commit, machine } = provenance(new Date(), 'npm run verify --', []);
  const prepared = await prepareSystem({ options, own, commit, seed, timeline });
  const { system, during, builds } = prepared;
  let watch: NodeWatch | null = null;
  try {
    const { groups, members, seconds, rate, changes, evidence } = options;
    watch = await watchOf(system, options, timeline);
    const versions = {
      verify: own.version ?? commit,
      ...{ date, machine, ...builds },
      cluster: await Promise.all(system.urls.map(statusOf)),
    };
    const verification = await verifySystem({
      ...{ system, groups, seconds, seed, onProgress },
      membersPerGroup: members,
      ratePerSec: rate,
      changesPerSec: changes,
      during,
      runId: randomBytes(4).toString('hex'),
    });
    await watch?.stop();
    const failures = failuresOf(verification);
    onProgress(failures.length === 0 ? 'passed' : `failed: ${failures.join('; ')}`);
    const command = againWith(args, seed);
    process.stdout.write(verifyReport(verification, failures));
    if (evidence !== undefined) {
      const nodes = watch?.seen ?? [];
      const shown = { verification, failures, timeline, seed, command, versions, nodes };
      const files = await writeEvidence(evidence, shown);
      process.stdout.write(`evidence: ${files.join(', ')} in ${evidence}\n`);
    }
    process.stdout.write(`again: ${command}\n`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await watch?.stop();
    await prepared.stop();
  }
}

/** @returns the command that makes the same choices. Its timing is that of the machine, and the secret comes from the environment */
function againWith(args: readonly string[], seed: number): string {
  const shown = shownArguments(args).filter((arg, i, all) => arg !== '--seed' && all[i - 1] !== '--seed');
  const kept = shown.filter((arg) => !arg.startsWith('--seed='));
  const quoted = kept.map((arg) => (/^[\w./:,=@-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`));
  return ['plenum verify', ...quoted, `--seed ${seed}`].join(' ');
}

/**
 * @returns null if no node lists them: without an admin token, or with one of the environment that is refused
 * @throws Error with one sentence if the token of the command line is refused
 */
async function watchOf(
  { urls, adminToken: own }: RunningSystem,
  { adminToken: given, isAdminTokenNamed, adminUrl }: VerifyOptions,
  timeline: Timeline,
): Promise<NodeWatch | null> {
  // Of several tokens any one counts.
  const [token] = own === undefined ? (given?.split(',') ?? []) : [own];
  if (token === undefined) return null;
  try {
    return await NodeWatch.start({ urls: adminUrl ?? urls, token, timeline });
  } catch (error) {
    if (isAdminTokenNamed) throw error;
    timeline.note(`the nodes are not watched: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}
