/**
 * The rules of a group cell by cell, written by hand from the README's chapter on groups: the answer to each actor, for
 * each target. Nothing here reads the rule table of the product.
 */
import type { GroupType } from '@plenum/protocol';

/** The two-letter words of the cells: each is a code of the error table, or the result of a success. */
export const legend: Readonly<Record<string, string>> = {
  ok: 'done',
  ac: 'done: active',
  pe: 'done: pending',
  all: 'done: all of it',
  own: 'done: own status only',
  AE: 'already_exists',
  AM: 'already_member',
  AU: 'not_author',
  CL: 'message_closed',
  BA: 'banned',
  CD: 'cannot_demote',
  CM: 'cannot_mute',
  CP: 'cannot_promote',
  IA: 'invalid_args',
  IN: 'invite_not_found',
  LA: 'last_admin',
  MO: 'not_moderator',
  MU: 'muted',
  NA: 'not_admin',
  NB: 'not_banned',
  NF: 'group_not_found',
  NM: 'not_muted',
  NO: 'not_a_member',
  NP: 'user_not_pending',
  NS: 'not_strict_private',
  NU: 'user_not_in_group',
  PM: 'pending_membership',
};

export interface Grid {
  /** The group types for which it holds; a standing that a type does not know has no cells in it. */
  readonly types: readonly GroupType[];
  readonly operations: readonly string[];
  /** First line: the columns. `-`: there is no such case. */
  readonly text: string;
}

const everyType = ['public', 'private', 'strict_private'] as const;

/** Rows: the actor; `admin` is one of several. Columns: the target. To them an invited user is an outsider; its own are `invite-grids.ts`. */
export const targetedGrids: readonly Grid[] = [
  {
    types: ['public'],
    operations: ['accept_member', 'reject_member'],
    text: `
                  outsider  active  admin  last_admin  banned  self
      outsider       NU       NU     NU       NU         NU      NU
      active         NU       NP     NP       NP         NU      NP
      admin          NU       NP     NP       -          NU      NP
      last_admin     NU       NP     -        -          NU      NP
      banned         NU       NU     NU       NU         NU      NU
      service        NU       NP     NP       NP         NU      -`,
  },
  {
    types: ['private'],
    operations: ['accept_member', 'reject_member'],
    text: `
                  outsider  pending  active  admin  last_admin  banned  self
      outsider       NU       NU       NU     NU       NU         NU      NU
      pending        NA       NA       NA     NA       NA         NA      NA
      active         NU       ok       NP     NP       NP         NU      NP
      admin          NU       ok       NP     NP       -          NU      NP
      last_admin     NU       ok       NP     -        -          NU      NP
      banned         NU       NU       NU     NU       NU         NU      NU
      service        NU       ok       NP     NP       NP         NU      -`,
  },
  {
    types: ['strict_private'],
    operations: ['accept_member', 'reject_member'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  self
      outsider       NU       NU       NU     NU     NU       NU         NU      NU
      pending        NA       NA       NA     NA     NA       NA         NA      NA
      active         NA       NA       NA     NA     NA       NA         NA      NA
      muted          NA       NA       NA     NA     NA       NA         NA      NA
      admin          NU       ok       NP     NP     NP       -          NU      NP
      last_admin     NU       ok       NP     NP     -        -          NU      NP
      banned         NU       NU       NU     NU     NU       NU         NU      NU
      service        NU       ok       NP     NP     NP       NP         NU      -`,
  },
  {
    types: ['public', 'private'],
    operations: ['mute_member', 'unmute_member'],
    text: `
                  outsider  pending  active  admin  last_admin  banned  self
      outsider       NS       NS       NS     NS       NS         NS      NS
      pending        NS       NS       NS     NS       NS         NS      NS
      active         NS       NS       NS     NS       NS         NS      NS
      admin          NS       NS       NS     NS       -          NS      NS
      last_admin     NS       NS       NS     -        -          NS      NS
      banned         NS       NS       NS     NS       NS         NS      NS
      service        NS       NS       NS     NS       NS         NS      -`,
  },
  {
    types: ['strict_private'],
    operations: ['mute_member'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  self
      outsider       NA       NA       NA     NA     NA       NA         NA      NA
      pending        NA       NA       NA     NA     NA       NA         NA      NA
      active         NA       NA       NA     NA     NA       NA         NA      NA
      muted          NA       NA       NA     NA     NA       NA         NA      NA
      admin          NU       CM       ok     CM     CM       -          NU      CM
      last_admin     NU       CM       ok     CM     -        -          NU      CM
      banned         NA       NA       NA     NA     NA       NA         NA      NA
      service        NU       CM       ok     CM     CM       CM         NU      -`,
  },
  {
    types: ['strict_private'],
    operations: ['unmute_member'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  self
      outsider       NA       NA       NA     NA     NA       NA         NA      NA
      pending        NA       NA       NA     NA     NA       NA         NA      NA
      active         NA       NA       NA     NA     NA       NA         NA      NA
      muted          NA       NA       NA     NA     NA       NA         NA      NA
      admin          NU       NM       NM     ok     NM       -          NU      NM
      last_admin     NU       NM       NM     ok     -        -          NU      NM
      banned         NA       NA       NA     NA     NA       NA         NA      NA
      service        NU       NM       NM     ok     NM       NM         NU      -`,
  },
  {
    types: everyType,
    operations: ['kick_member'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  self
      outsider       NA       NA       NA     NA     NA       NA         NA      IA
      pending        NA       NA       NA     NA     NA       NA         NA      IA
      active         NA       NA       NA     NA     NA       NA         NA      IA
      muted          NA       NA       NA     NA     NA       NA         NA      IA
      admin          NU       ok       ok     ok     ok       -          NU      IA
      last_admin     NU       ok       ok     ok     -        -          NU      IA
      banned         NA       NA       NA     NA     NA       NA         NA      IA
      service        NU       ok       ok     ok     ok       LA         NU      -`,
  },
  {
    types: everyType,
    operations: ['ban_member'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  self
      outsider       NA       NA       NA     NA     NA       NA         NA      IA
      pending        NA       NA       NA     NA     NA       NA         NA      IA
      active         NA       NA       NA     NA     NA       NA         NA      IA
      muted          NA       NA       NA     NA     NA       NA         NA      IA
      admin          ok       ok       ok     ok     ok       -          ok      IA
      last_admin     ok       ok       ok     ok     -        -          ok      IA
      banned         NA       NA       NA     NA     NA       NA         NA      IA
      service        ok       ok       ok     ok     ok       LA         ok      -`,
  },
  {
    types: everyType,
    operations: ['unban_member'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  self
      outsider       NA       NA       NA     NA     NA       NA         NA      NA
      pending        NA       NA       NA     NA     NA       NA         NA      NA
      active         NA       NA       NA     NA     NA       NA         NA      NA
      muted          NA       NA       NA     NA     NA       NA         NA      NA
      admin          NB       NB       NB     NB     NB       -          ok      NB
      last_admin     NB       NB       NB     NB     -        -          ok      NB
      banned         NA       NA       NA     NA     NA       NA         NA      NA
      service        NB       NB       NB     NB     NB       NB         ok      -`,
  },
  {
    types: everyType,
    operations: ['promote_member'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  self
      outsider       NA       NA       NA     NA     NA       NA         NA      NA
      pending        NA       NA       NA     NA     NA       NA         NA      NA
      active         NA       NA       NA     NA     NA       NA         NA      NA
      muted          NA       NA       NA     NA     NA       NA         NA      NA
      admin          NU       CP       ok     CP     CP       -          NU      CP
      last_admin     NU       CP       ok     CP     -        -          NU      CP
      banned         NA       NA       NA     NA     NA       NA         NA      NA
      service        NU       CP       ok     CP     CP       CP         NU      -`,
  },
  {
    types: everyType,
    operations: ['transfer_group'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  invited  self
      outsider       NA       NA       NA     NA     NA       NA         NA      NA      NA
      pending        NA       NA       NA     NA     NA       NA         NA      NA      NA
      active         NA       NA       NA     NA     NA       NA         NA      NA      NA
      muted          NA       NA       NA     NA     NA       NA         NA      NA      NA
      admin          NU       CP       ok     CP     CP       -          NU      NU      CP
      last_admin     NU       CP       ok     CP     -        -          NU      NU      CP
      banned         NA       NA       NA     NA     NA       NA         NA      NA      NA
      invited        NA       NA       NA     NA     NA       NA         NA      NA      NA`,
  },
  {
    types: everyType,
    operations: ['demote_member'],
    text: `
                  outsider  pending  active  muted  admin  last_admin  banned  self
      outsider       NA       NA       NA     NA     NA       NA         NA      NA
      pending        NA       NA       NA     NA     NA       NA         NA      NA
      active         NA       NA       NA     NA     NA       NA         NA      NA
      muted          NA       NA       NA     NA     NA       NA         NA      NA
      admin          NU       CD       CD     CD     ok       -          NU      ok
      last_admin     NU       CD       CD     CD     -        -          NU      LA
      banned         NA       NA       NA     NA     NA       NA         NA      NA
      service        NU       CD       CD     CD     ok       LA         NU      -`,
  },
  {
    types: everyType,
    operations: ['accept_member', 'reject_member', 'kick_member', 'promote_member', 'demote_member'],
    text: `
                  invited
      admin          NU
      last_admin     NU
      invited        -
      service        NU`,
  },
  {
    types: everyType,
    operations: ['ban_member'],
    text: `
                  invited  active
      admin          ok      -
      last_admin     ok      -
      invited        -       NA
      service        ok      -`,
  },
];
