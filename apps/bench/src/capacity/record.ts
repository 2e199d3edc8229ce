/** The recorded figures, deploy/capacity.json, and the page that is made of them, deploy/capacity.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Provenance } from '../report/machine.ts';
import { grouped } from '../report/table.ts';
import type { CapacityFigures } from './figures.ts';
import { type PartName, partNames, parts } from './parts.ts';

/** What a run writes, and what the tables are made of. */
export interface CapacityRecord {
  /** Each part is in one of them. */
  readonly runs: readonly CapacityRun[];
  readonly figures: CapacityFigures;
}

export interface CapacityRun extends Provenance {
  readonly parts: readonly PartName[];
  /** Processes that wanted to run when it began, mean of a minute; null: not recorded. */
  readonly load: number | null;
}

/** Above this, a run says that it was not alone on its machine. */
const quietLoad = 1.5;

const recordFile = fileURLToPath(new URL('../../../../deploy/capacity.json', import.meta.url));
const pageFile = fileURLToPath(new URL('../../../../deploy/capacity.md', import.meta.url));

export const recordedCapacity = (): CapacityRecord => JSON.parse(readFileSync(recordFile, 'utf8'));

export const capacityPage = (): string => readFileSync(pageFile, 'utf8');

export const recordCapacity = (record: CapacityRecord): void => writeFileSync(recordFile, recordText(record));

export const recordText = (record: CapacityRecord): string => `${JSON.stringify(record, null, 2)}\n`;

/** Writes lines between two marks of the page. */
export const fillPage = (mark: string, lines: readonly string[]): void =>
  writeFileSync(pageFile, pageWith(capacityPage(), mark, lines));

/** The page with these lines between `<!-- mark -->` and `<!-- end of mark -->`. */
export function pageWith(page: string, mark: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- end of ${mark} -->`];
  const [head, rest] = page.split(begin);
  const [, tail] = rest?.split(end) ?? [];
  if (head === undefined || tail === undefined)
    throw new Error(`deploy/capacity.md has lost its mark ${begin}`);
  return `${head}${begin}\n\n${lines.join('\n')}\n${end}${tail}`;
}

/** The runs after one more: its parts count from now on, and a run without a part is left out. */
export function runsWith(runs: readonly CapacityRun[], added: CapacityRun): readonly CapacityRun[] {
  const before = runs.map((run) => ({
    ...run,
    parts: run.parts.filter((part) => !added.parts.includes(part)),
  }));
  return [...before.filter((run) => run.parts.length > 0), added];
}

/** One sentence per run. */
export function runLines(runs: readonly CapacityRun[]): string[] {
  return runs.map(({ date, commit, machine, load, parts: of }) => {
    const what = of.length === partNames.length ? '' : ` (${of.map((part) => parts[part].title).join(', ')})`;
    const beside =
      load !== null && load > quietLoad ? `, beside other programs: load ${grouped(load, 1)}` : '';
    const where = `${machine.cpu}, ${machine.cores} cores, ${machine.os}, Node ${machine.node}`;
    return `Measured on ${date.slice(0, 10)} at commit ${commit}${what}: ${where}${beside}.`;
  });
}
