/** The options of `npm run simulate`, and their limits. */
import { Command, InvalidArgumentError } from 'commander';
import { listFrom, numberFrom } from '../number-option.ts';
import { type SimulationOptions, usualOptions } from './simulation.ts';

export interface SimulateOptions extends SimulationOptions {
  readonly record: boolean;
  readonly tables: boolean;
  readonly json?: string;
}

const nodesMax = 2000;
const seedMax = 2 ** 31 - 1;

/** The command line: `opts` of it are `SimulateOptions`. What it refuses names the option and what that may be. */
export const simulateCommand = (): Command =>
  new Command('simulate')
    .description(
      'Simulates owners, reconnect storms and fan-out of clusters that are larger than this machine, by the constants of deploy/capacity.json.',
    )
    .option('--seed <n>', 'gives the same run again', numberFrom(0, seedMax), usualOptions.seed)
    .option('--nodes <list>', `sizes of clusters, from 3 to ${nodesMax}`, sizesFrom, usualOptions.nodes)
    .option('--zones <n>', 'zones, one of which is lost', numberFrom(2, 10), usualOptions.zones)
    .option('--json <file>', 'write what was simulated')
    .option('--tables', 'simulate nothing: the tables of the recorded run, into deploy/capacity.md', false)
    .option('--record', 'write deploy/simulation.json and the tables of deploy/capacity.md', false);

function sizesFrom(text: string): readonly number[] {
  const sizes = listFrom(text).map(numberFrom(3, nodesMax));
  if (sizes.length === 0) throw new InvalidArgumentError('at least one number is expected');
  return sizes.sort((one, other) => one - other);
}
