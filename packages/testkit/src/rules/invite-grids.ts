/** The rules of invites to a user: first in groups without a moderator, then where a moderator acts or is the target. */
import type { Grid } from './targeted-grids.ts';

/** Rows: the actor. Columns: the target. */
export const inviteGrids: readonly Grid[] = [
  {
    types: ['public', 'private'],
    operations: ['invite_member'],
    text: `
                  outsider  pending  active  admin  last_admin  banned  invited  self
      outsider       NU       NU       NU     NU       NU         NU      NU      NU
      pending        NA       NA       NA     NA       NA         NA      NA      NA
      active         ok       AM       AM     AM       AM         BA      ok      AM
      admin          ok       AM       AM     AM       -          BA      ok      AM
      last_admin     ok       AM       AM     -        -          BA      ok      AM
      banned         NU       NU       NU     NU       NU         NU      NU      NU
      invited        NU       NU       NU     NU       NU         NU      NU      NU
      service        ok       AM       AM     AM       AM         BA      ok      -`,
  },
  {
    types: ['strict_private'],
    operations: ['invite_member'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  invited  self
      outsider       NU       NU       NU     NU     NU       NU         NU      NU      NU
      pending        NA       NA       NA     NA     NA       NA         NA      NA      NA
      active         NA       NA       NA     NA     NA       NA         NA      NA      NA
      muted          NA       NA       NA     NA     NA       NA         NA      NA      NA
      admin          ok       AM       AM     AM     AM       -          BA      ok      AM
      last_admin     ok       AM       AM     AM     -        -          BA      ok      AM
      banned         NU       NU       NU     NU     NU       NU         NU      NU      NU
      invited        NU       NU       NU     NU     NU       NU         NU      NU      NU
      service        ok       AM       AM     AM     AM       AM         BA      ok      -`,
  },
  {
    types: ['public', 'private'],
    operations: ['revoke_invite'],
    text: `
                  outsider  pending  active  admin  last_admin  banned  invited  self
      outsider       NU       NU       NU     NU       NU         NU      NU      NU
      pending        NA       NA       NA     NA       NA         NA      NA      NA
      active         IN       IN       IN     IN       IN         IN      ok      IN
      admin          IN       IN       IN     IN       -          IN      ok      IN
      last_admin     IN       IN       IN     -        -          IN      ok      IN
      banned         NU       NU       NU     NU       NU         NU      NU      NU
      invited        NU       NU       NU     NU       NU         NU      NU      NU
      service        IN       IN       IN     IN       IN         IN      ok      -`,
  },
  {
    types: ['strict_private'],
    operations: ['revoke_invite'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  invited  self
      outsider       NU       NU       NU     NU     NU       NU         NU      NU      NU
      pending        NA       NA       NA     NA     NA       NA         NA      NA      NA
      active         NA       NA       NA     NA     NA       NA         NA      NA      NA
      muted          NA       NA       NA     NA     NA       NA         NA      NA      NA
      admin          IN       IN       IN     IN     IN       -          IN      ok      IN
      last_admin     IN       IN       IN     IN     -        -          IN      ok      IN
      banned         NU       NU       NU     NU     NU       NU         NU      NU      NU
      invited        NU       NU       NU     NU     NU       NU         NU      NU      NU
      service        IN       IN       IN     IN     IN       IN         IN      ok      -`,
  },
  {
    types: ['public', 'private'],
    operations: ['invite_member'],
    text: `
                     outsider  pending  active   muted    moderator  admin    last_admin  banned   invited  self
      outsider       -        -        -        -        NU       -        -        -        -        -
      pending        -        -        -        -        NA       -        -        -        -        -
      active         -        -        -        -        AM       -        -        -        -        -
      muted          -        -        -        -        -        -        -        -        -        -
      moderator      ok       AM       AM       -        AM       AM       AM       BA       ok       AM
      admin          -        -        -        -        AM       -        -        -        -        -
      last_admin     -        -        -        -        AM       -        -        -        -        -
      banned         -        -        -        -        NU       -        -        -        -        -
      invited        -        -        -        -        NU       -        -        -        -        -
      service        -        -        -        -        AM       -        -        -        -        -`,
  },
  {
    types: ['public', 'private'],
    operations: ['revoke_invite'],
    text: `
                     outsider  pending  active   muted    moderator  admin    last_admin  banned   invited  self
      outsider       -        -        -        -        NU       -        -        -        -        -
      pending        -        -        -        -        NA       -        -        -        -        -
      active         -        -        -        -        IN       -        -        -        -        -
      muted          -        -        -        -        -        -        -        -        -        -
      moderator      IN       IN       IN       -        IN       IN       IN       IN       ok       IN
      admin          -        -        -        -        IN       -        -        -        -        -
      last_admin     -        -        -        -        IN       -        -        -        -        -
      banned         -        -        -        -        NU       -        -        -        -        -
      invited        -        -        -        -        NU       -        -        -        -        -
      service        -        -        -        -        IN       -        -        -        -        -`,
  },
  {
    types: ['strict_private'],
    operations: ['invite_member'],
    text: `
                     outsider  pending  active   muted    moderator  admin    last_admin  banned   invited  self
      outsider       -        -        -        -        NU       -        -        -        -        -
      pending        -        -        -        -        MO       -        -        -        -        -
      active         -        -        -        -        MO       -        -        -        -        -
      muted          -        -        -        -        MO       -        -        -        -        -
      moderator      ok       AM       AM       AM       AM       AM       AM       BA       ok       AM
      admin          -        -        -        -        AM       -        -        -        -        -
      last_admin     -        -        -        -        AM       -        -        -        -        -
      banned         -        -        -        -        NU       -        -        -        -        -
      invited        -        -        -        -        NU       -        -        -        -        -
      service        -        -        -        -        AM       -        -        -        -        -`,
  },
  {
    types: ['strict_private'],
    operations: ['revoke_invite'],
    text: `
                     outsider  pending  active   muted    moderator  admin    last_admin  banned   invited  self
      outsider       -        -        -        -        NU       -        -        -        -        -
      pending        -        -        -        -        MO       -        -        -        -        -
      active         -        -        -        -        MO       -        -        -        -        -
      muted          -        -        -        -        MO       -        -        -        -        -
      moderator      IN       IN       IN       IN       IN       IN       IN       IN       ok       IN
      admin          -        -        -        -        IN       -        -        -        -        -
      last_admin     -        -        -        -        IN       -        -        -        -        -
      banned         -        -        -        -        NU       -        -        -        -        -
      invited        -        -        -        -        NU       -        -        -        -        -
      service        -        -        -        -        IN       -        -        -        -        -`,
  },
];
