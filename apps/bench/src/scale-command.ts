/** `npm run measure:scale`: tries whether this machine carries what the documents say, and prints the figures of it. */
import { randomBytes } from 'node:crypto';
import { Argument, Command } from 'commander';
import { numberFrom } from './number-option.ts';
import { provenance } from './report/machine.ts';
import { columns, grouped, unknown } from './report/table.ts';
import { connections } from './scale/connections.ts';
import { crowd } from './scale/crowd.ts';
import { groups } from './scale/groups.ts';
import { masters } from './scale/masters.ts';
import { members } from './scale/members.ts';
import { type Scale, type ScaleKind, type ScaleResult, scaleKinds } from './scale/scale.ts';

const scales: Readonly<Record<ScaleKind, Scale>> = { connections, crowd, members, groups, masters };
const frameBytes = 320;

/** @param args the arguments after the name of the command. @returns the exit code: 1 if something is missing or was refused */
export async function measureScale(args: readonly string[]): Promise<number> {
  const command = new Command('measure:scale')
    .description('Tries a size on this machine. Run one at a time, on a machine that does nothing else.')
    .addArgument(new Argument('<what>', 'what to make large').choices(scaleKinds))
    .option('--count <n>', 'how large (default: as the documents say)', numberFrom(1, 10_000_000))
    .parse([...args], { from: 'user' });
  const scale = scales[command.args[0] as ScaleKind];
  const count = command.opts<{ count?: number }>().count ?? scale.count;
  const newRunId = () => randomBytes(4).toString('hex');
  const onProgress = (what: string) => void process.stderr.write(`${what}\n`);
  onProgress(`${scale.title}: ${grouped(count)} …`);
  const result = await scale.run({ count, settings: { frameBytes, newRunId }, onProgress });
  process.stdout.write(`${textOf(scale, result)}\n`);
  return result.failures.length === 0 ? 0 : 1;
}

function textOf({ title }: Scale, { figures, failures }: ScaleResult): string {
  const { machine, commit } = provenance(new Date(), 'npm run measure:scale --', []);
  const lines = figures.map(({ name, value, unit }) => [name, shown(value), unit]);
  return [
    title,
    ...columns(['figure', 'value', 'unit'], lines, 1),
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, commit ${commit}`,
    ...failures.map((failure) => `FAILED: ${failure}`),
  ].join('\n');
}

const shown = (value: number | null): string =>
  value === null ? unknown : grouped(value, Number.isInteger(value) ? 0 : value < 100 ? 2 : 0);
