/** `npm run simulate`: clusters that are larger than this machine, by the constants that `npm run measure:capacity` has recorded. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fillPage, recordedCapacity } from './capacity/record.ts';
import { type SimulateOptions, simulateCommand } from './simulation/options.ts';
import { type Simulation, simulate } from './simulation/simulation.ts';
import { simulationTables } from './simulation/tables.ts';

const recordFile = fileURLToPath(new URL('../../../deploy/simulation.json', import.meta.url));

export const recordedSimulation = (): Simulation => JSON.parse(readFileSync(recordFile, 'utf8'));

const textOf = (simulation: Simulation): string => `${JSON.stringify(simulation, null, 2)}\n`;

/** @param args the arguments after the name of the command. @returns the exit code */
export async function simulateClusters(args: readonly string[]): Promise<number> {
  const { record, tables, json, ...options } = simulateCommand()
    .parse([...args], { from: 'user' })
    .opts<SimulateOptions>();
  const { figures } = recordedCapacity();
  const onProgress = (what: string) => void process.stderr.write(`${what}\n`);
  const simulation = tables ? recordedSimulation() : await simulate(options, figures, onProgress);
  const lines = simulationTables(simulation, figures);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (json !== undefined) writeFileSync(json, textOf(simulation));
  if (record) writeFileSync(recordFile, textOf(simulation));
  if (record || tables) fillPage('simulated', lines);
  return 0;
}
