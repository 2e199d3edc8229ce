/** The suite of the port `GroupStore`: one file for each part of the rules. */
import { describe } from 'vitest';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { acceptingTogether } from './store/accepting-together.ts';
import { activity } from './store/activity.ts';
import { admittingChanges } from './store/admitting-changes.ts';
import { banning } from './store/banning.ts';
import { changeBounds } from './store/change-bounds.ts';
import { changingMembers } from './store/changing-members.ts';
import { changingRoles } from './store/changing-roles.ts';
import { countingMembers } from './store/counting.ts';
import { creating } from './store/creating.ts';
import { creatingByJoin } from './store/creating-by-join.ts';
import { deciding } from './store/deciding.ts';
import { deleting } from './store/deleting.ts';
import { emptying } from './store/emptying.ts';
import { expiringRequests } from './store/expiring-requests.ts';
import { hostileIds } from './store/hostile-ids.ts';
import { inviting } from './store/inviting.ts';
import { joining } from './store/joining.ts';
import { leaving } from './store/leaving.ts';
import { linking } from './store/linking.ts';
import { listing } from './store/listing.ts';
import { listingOutsiders } from './store/listing-outsiders.ts';
import { membershipRate } from './store/membership-rate.ts';
import { muting } from './store/muting.ts';
import { paging } from './store/paging.ts';
import { retrying } from './store/retrying.ts';
import { standings } from './store/standings.ts';
import { staying } from './store/staying.ts';
import { updating } from './store/updating.ts';

/** Tests what every `GroupStore` guarantees, except the rules, which the rule matrix tests. */
export function groupStoreSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: groups`, () => {
    creating(makeEngine);
    creatingByJoin(makeEngine);
    joining(makeEngine);
    deciding(makeEngine);
    acceptingTogether(makeEngine);
    leaving(makeEngine);
    muting(makeEngine);
    banning(makeEngine);
    inviting(makeEngine);
    linking(makeEngine);
    expiringRequests(makeEngine);
    emptying(makeEngine);
    countingMembers(makeEngine);
    changingRoles(makeEngine);
    updating(makeEngine);
    staying(makeEngine);
    changingMembers(makeEngine);
    deleting(makeEngine);
    retrying(makeEngine);
    membershipRate(makeEngine);
    changeBounds(makeEngine);
    admittingChanges(makeEngine);
    paging(makeEngine);
    standings(makeEngine);
    listing(makeEngine);
    listingOutsiders(makeEngine);
    activity(makeEngine);
    hostileIds(makeEngine);
  });
}
