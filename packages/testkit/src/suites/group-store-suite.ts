import { describe } from 'vitest';
import type { MakeEngine } from './engine-harness.ts';
import { creating } from './store/creating.ts';
import { deciding } from './store/deciding.ts';
import { deleting } from './store/deleting.ts';
import { hostileIds } from './store/hostile-ids.ts';
import { joining } from './store/joining.ts';
import { leaving } from './store/leaving.ts';
import { muting } from './store/muting.ts';
import { paging } from './store/paging.ts';
import { retrying } from './store/retrying.ts';

/** What every `GroupStore` guarantees beyond the verdicts of the rule matrix. */
export function groupStoreSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: groups`, () => {
    creating(makeEngine);
    joining(makeEngine);
    deciding(makeEngine);
    leaving(makeEngine);
    muting(makeEngine);
    deleting(makeEngine);
    retrying(makeEngine);
    paging(makeEngine);
    hostileIds(makeEngine);
  });
}
