/** `npm run bench`: reads the options, measures the chosen systems, and writes the result. */
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { listFrom, numberFrom } from './number-option.ts';
import { isProbeKind, probeKinds } from './probes/probe.ts';
import { provenance } from './report/machine.ts';
import { type Result, record, textOf, writeJson } from './report/result.ts';
import { isFaulty, summaryOf } from './report/summary.ts';
import type { Bench } from './rounds/load-round.ts';
import {
  parseScenarios,
  runScenarios,
  type Scenario,
  shortShapes,
  standardShapes,
} from './scenarios/scenarios.ts';
import { classicBaseline, shardedBaseline } from './systems/bare-system.ts';
import { centrifugoSystem } from './systems/centrifugo-system.ts';
import { plenumSystem } from './systems/plenum-system.ts';
import type { SystemKind } from './systems/system.ts';
import { targetSystem } from './systems/target-system.ts';

interface BenchOptions {
  readonly shape?: string;
  readonly rounds?: number;
  readonly seconds?: number;
  readonly short: boolean;
  readonly nodes: number;
  readonly generators: number;
  readonly frameBytes: number;
  readonly window?: number;
  readonly rate?: number;
  readonly env: readonly string[];
  readonly centrifugo?: string;
  readonly target?: readonly string[];
  readonly secret?: string;
  readonly redis?: string;
  readonly json?: string;
  readonly record: boolean;
}

const standard = { rounds: 7, rampMs: 1000, measureMs: 3000, settleMs: 500, idleSteps: [500, 500, 1000] };
/** A short run checks only correctness: its figures mean nothing. */
const short = { rounds: 2, rampMs: 200, measureMs: 800, settleMs: 250, idleSteps: [100, 100] };

/** @param args the arguments after the name of the command. @returns the exit code: 1 after any loss, duplicate or disorder */
export async function bench(args: readonly string[]): Promise<number> {
  const options = optionsFrom(args);
  const timing = options.short ? short : standard;
  const systems = await systemsFrom(options);
  const cells = await runScenarios({
    systems,
    scenarios: scenariosFrom(options),
    rounds: options.rounds ?? timing.rounds,
    bench: benchOf(options, timing),
    window: options.window ?? null,
    ratePerSec: options.rate ?? null,
    idleSteps: timing.idleSteps,
    isShort: options.short,
    onProgress: (what) => process.stderr.write(`${what}\n`),
  });
  const rows = summaryOf(cells);
  const described = systems.map(({ name, description }): [string, string] => [name, description]);
  publish(
    {
      provenance: provenance(new Date(), 'npm run bench --', args),
      systems: Object.fromEntries(described),
      rows,
      cells,
    },
    options,
  );
  return isFaulty(rows) ? 1 : 0;
}

function optionsFrom(args: readonly string[]): BenchOptions {
  const command = new Command('bench')
    .description(
      'Compares Plenum with bare Socket.IO under the same load. Loss, duplicates or disorder fail the run.',
    )
    .option(
      '--shape <list>',
      `groups x members, latency[:shape], idle, ${probeKinds.join(', ')} or all (default: all; of a target ${standardShapes})`,
    )
    .option('--rounds <n>', `per system (default ${standard.rounds})`, numberFrom(1, 100))
    .option('--seconds <n>', 'measured interval of a round', numberFrom(0.2, 3600, false))
    .option('--short', `for correctness only: ${short.rounds} short rounds of ${shortShapes}`, false)
    .option('--nodes <n>', 'server nodes per system', numberFrom(1, 16), 1)
    .option('--generators <n>', 'load processes', numberFrom(1, 16), 1)
    .option('--frame-bytes <n>', 'length of an event frame', numberFrom(64, 4000), 320)
    .option('--window <n>', 'unanswered messages per group (default: by the shape)', numberFrom(1, 100_000))
    .option(
      '--rate <n>',
      'messages/s for latency (default: half of what saturates B0)',
      numberFrom(1, 1_000_000),
    )
    .option('--env <list>', 'environment of Plenum nodes: PLENUM_FANOUT=plain,…', listFrom, [])
    .option('--centrifugo <path>', 'a centrifugo binary (v6), compared in the same rounds')
    .option('--target <urls>', 'drive this cluster, and nothing else; its rates have to be raised', listFrom)
    .option('--secret <text>', "the target's PLENUM_JWT_SECRET (default: it is in dev mode and gives tokens)")
    .option('--redis <url>', "the target's Redis, for its figures")
    .option('--json <file>', 'write the result, every round included')
    .option('--record', 'write apps/bench/results/<date>.json and .md', false);
  return command.parse(args, { from: 'user' }).opts<BenchOptions>();
}

function scenariosFrom({ shape, short: isShort, target, rate }: BenchOptions): Scenario[] {
  const standardOf = target === undefined ? 'all' : standardShapes;
  const scenarios = parseScenarios(shape ?? (isShort ? shortShapes : standardOf));
  const isInside = ({ kind }: Scenario) => kind === 'idle' || isProbeKind(kind);
  if (target !== undefined && scenarios.some(isInside)) {
    throw new Error('The inside of a target is not known from here: leave out idle and the probes');
  }
  if (target !== undefined && rate === undefined && scenarios.some(({ kind }) => kind === 'latency')) {
    throw new Error('The latency of a target is measured at a rate: pass --rate');
  }
  return scenarios;
}

async function systemsFrom(options: BenchOptions): Promise<readonly SystemKind[]> {
  const { target, secret, redis, env, centrifugo } = options;
  if (target !== undefined) {
    if (centrifugo !== undefined) throw new Error('A target is driven alone: leave out --centrifugo');
    return [targetSystem({ urls: target, secret: secret ?? null, redisUrl: redis ?? null })];
  }
  const environment = Object.fromEntries(
    env.map((pair): [string, string] => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Error(`--env takes NAME=value, not ${JSON.stringify(pair)}`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
  const others = centrifugo === undefined ? [] : [await centrifugoSystem(centrifugo)];
  return [classicBaseline, shardedBaseline, ...others, plenumSystem(environment)];
}

const benchOf = (options: BenchOptions, timing: typeof standard): Bench => ({
  timing: {
    rampMs: timing.rampMs,
    settleMs: timing.settleMs,
    measureMs: options.seconds === undefined ? timing.measureMs : options.seconds * 1000,
  },
  nodeCount: options.nodes,
  generatorCount: options.generators,
  frameBytes: options.frameBytes,
  newRunId: () => randomBytes(4).toString('hex'),
});

function publish(result: Result, { json, record: isRecorded }: BenchOptions): void {
  process.stdout.write(`\n${textOf(result)}`);
  if (json !== undefined) writeJson(json, result);
  if (!isRecorded) return;
  for (const path of record(result)) process.stderr.write(`recorded: ${path}\n`);
}
