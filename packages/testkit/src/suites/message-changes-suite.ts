import { describe } from 'vitest';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { appending } from './messages/appending.ts';
import { archivedMessages } from './messages/archived.ts';
import { archivedEdits } from './messages/archived-edits.ts';
import { editing } from './messages/editing.ts';
import { expiring } from './messages/expiring.ts';
import { foldingSuite } from './messages/folding.ts';
import { pinning } from './messages/pinning.ts';
import { reacting } from './messages/reacting.ts';
import { takingDown } from './messages/taking-down.ts';

export interface MessageChangesOptions {
  /** Random histories of the property test. */
  readonly runs: number;
}

/** Tests what every `MessageChanges` guarantees, except the rules, which the rule matrix tests. */
export function messageChangesSuite(
  name: string,
  makeEngine: MakeEngine,
  options: MessageChangesOptions,
): void {
  describe(`${name}: message changes`, () => {
    editing(makeEngine);
    takingDown(makeEngine);
    archivedMessages(makeEngine);
    archivedEdits(makeEngine);
    reacting(makeEngine);
    pinning(makeEngine);
    expiring(makeEngine);
    appending(makeEngine);
    foldingSuite(makeEngine, options.runs);
  });
}
