/**
 * The rules where a moderator acts, or is the target: then the group has a moderator, and a plain member is refused with
 * `not_moderator` where a moderator would do. The other cells are those of `targeted-grids.ts`.
 */
import type { GroupType } from '@plenum/protocol';
import type { Grid } from './targeted-grids.ts';

/** What a moderator may do without a target, and what is done to it; as the columns of `ownGrids`. */
export const ownOfModerator = `
                     moderator
    create_group        AE
    join_group          AM
    admit               AM
    add                 AM
    remove              ok
    leave_group         ok
    decline_invite      IN
    join_group:link     AM
    create_invite_link  ok
    list_invite_links   ok
    revoke_invite_link  ok
    preview_invite      ok
    update_group        NA
    delete_group        NA
    relay_msg           ok
    relay_msg:ephemeral ok
    edit_message        AU
    append_message      AU
    delete_message      ok
    react               ok
    pin_message         ok
    get_message         ok
    history             ok
    list_members        ok
    list_bans           NA
    list_invites        ok
    subscribe           ok
    get_group_info      all`;

const explained = (mute: 'ok' | 'NS') => `
              moderator
    join         AM
    leave        ok
    accept       ok
    reject       ok
    mute         ${mute}
    unmute       ${mute}
    kick         ok
    ban          NA
    unban        NA
    invite         ok
    revoke_invite  ok
    decline_invite IN
    list_bans    NA
    list_invites ok
    join_by_link AM
    create_link  ok
    list_links   ok
    revoke_link  ok
    promote      NA
    demote       NA
    transfer     NA
    update       NA
    delete       NA
    send         ok
    read         ok
    edit         ok
    append       ok
    take_down    ok
    react        ok
    pin          ok
    add          AM
    remove       ok`;
/** As the columns of `explainGrids`. */
export const explainOfModerator: Readonly<Record<GroupType, string>> = {
  public: explained('NS'),
  private: explained('NS'),
  strict_private: explained('ok'),
};

const everyType = ['public', 'private', 'strict_private'] as const;

/** Rows: the actor. Columns: the target. */
export const moderatorGrids: readonly Grid[] = [
  {
    types: ['public'],
    operations: ['accept_member', 'reject_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        NU       -        -        -        -
      pending        -        -        -        -        -        -        -        -        -
      active         -        -        -        -        NP       -        -        -        -
      muted          -        -        -        -        -        -        -        -        -
      moderator      NU       -        NP       -        NP       NP       NP       NU       NP
      admin          -        -        -        -        NP       -        -        -        -
      last_admin     -        -        -        -        NP       -        -        -        -
      banned         -        -        -        -        NU       -        -        -        -
      service        -        -        -        -        NP       -        -        -        -`,
  },
  {
    types: ['private'],
    operations: ['accept_member', 'reject_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        NU       -        -        -        -
      pending        -        -        -        -        NA       -        -        -        -
      active         -        -        -        -        NP       -        -        -        -
      muted          -        -        -        -        -        -        -        -        -
      moderator      NU       ok       NP       -        NP       NP       NP       NU       NP
      admin          -        -        -        -        NP       -        -        -        -
      last_admin     -        -        -        -        NP       -        -        -        -
      banned         -        -        -        -        NU       -        -        -        -
      service        -        -        -        -        NP       -        -        -        -`,
  },
  {
    types: ['strict_private'],
    operations: ['accept_member', 'reject_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        NU       -        -        -        -
      pending        -        -        -        -        MO       -        -        -        -
      active         -        -        -        -        MO       -        -        -        -
      muted          -        -        -        -        MO       -        -        -        -
      moderator      NU       ok       NP       NP       NP       NP       NP       NU       NP
      admin          -        -        -        -        NP       -        -        -        -
      last_admin     -        -        -        -        NP       -        -        -        -
      banned         -        -        -        -        NU       -        -        -        -
      service        -        -        -        -        NP       -        -        -        -`,
  },
  {
    types: ['public', 'private'],
    operations: ['mute_member', 'unmute_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        NS       -        -        -        -
      pending        -        -        -        -        NS       -        -        -        -
      active         -        -        -        -        NS       -        -        -        -
      muted          -        -        -        -        -        -        -        -        -
      moderator      NS       NS       NS       -        NS       NS       NS       NS       NS
      admin          -        -        -        -        NS       -        -        -        -
      last_admin     -        -        -        -        NS       -        -        -        -
      banned         -        -        -        -        NS       -        -        -        -
      service        -        -        -        -        NS       -        -        -        -`,
  },
  {
    types: ['strict_private'],
    operations: ['mute_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        MO       -        -        -        -
      pending        -        -        -        -        MO       -        -        -        -
      active         -        -        -        -        MO       -        -        -        -
      muted          -        -        -        -        MO       -        -        -        -
      moderator      NU       CM       ok       CM       NA       CM       CM       NU       NA
      admin          -        -        -        -        ok       -        -        -        -
      last_admin     -        -        -        -        ok       -        -        -        -
      banned         -        -        -        -        MO       -        -        -        -
      service        -        -        -        -        ok       -        -        -        -`,
  },
  {
    types: ['strict_private'],
    operations: ['unmute_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        MO       -        -        -        -
      pending        -        -        -        -        MO       -        -        -        -
      active         -        -        -        -        MO       -        -        -        -
      muted          -        -        -        -        MO       -        -        -        -
      moderator      NU       NM       NM       ok       NM       NM       NM       NU       NM
      admin          -        -        -        -        NM       -        -        -        -
      last_admin     -        -        -        -        NM       -        -        -        -
      banned         -        -        -        -        MO       -        -        -        -
      service        -        -        -        -        NM       -        -        -        -`,
  },
  {
    types: everyType,
    operations: ['kick_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        MO       -        -        -        -
      pending        -        -        -        -        MO       -        -        -        -
      active         -        -        -        -        MO       -        -        -        -
      muted          -        -        -        -        MO       -        -        -        -
      moderator      NU       ok       ok       ok       NA       NA       NA       NU       IA
      admin          -        -        -        -        ok       -        -        -        -
      last_admin     -        -        -        -        ok       -        -        -        -
      banned         -        -        -        -        MO       -        -        -        -
      service        -        -        -        -        ok       -        -        -        -`,
  },
  {
    types: everyType,
    operations: ['ban_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        NA       -        -        -        -
      pending        -        -        -        -        NA       -        -        -        -
      active         -        -        -        -        NA       -        -        -        -
      muted          -        -        -        -        NA       -        -        -        -
      moderator      NA       NA       NA       NA       NA       NA       NA       NA       IA
      admin          -        -        -        -        ok       -        -        -        -
      last_admin     -        -        -        -        ok       -        -        -        -
      banned         -        -        -        -        NA       -        -        -        -
      service        -        -        -        -        ok       -        -        -        -`,
  },
  {
    types: everyType,
    operations: ['unban_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        NA       -        -        -        -
      pending        -        -        -        -        NA       -        -        -        -
      active         -        -        -        -        NA       -        -        -        -
      muted          -        -        -        -        NA       -        -        -        -
      moderator      NA       NA       NA       NA       NA       NA       NA       NA       NA
      admin          -        -        -        -        NB       -        -        -        -
      last_admin     -        -        -        -        NB       -        -        -        -
      banned         -        -        -        -        NA       -        -        -        -
      service        -        -        -        -        NB       -        -        -        -`,
  },
  {
    types: everyType,
    operations: ['promote_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        NA       -        -        -        -
      pending        -        -        -        -        NA       -        -        -        -
      active         -        -        -        -        NA       -        -        -        -
      muted          -        -        -        -        NA       -        -        -        -
      moderator      NA       NA       NA       NA       NA       NA       NA       NA       NA
      admin          -        -        -        -        ok       -        -        -        -
      last_admin     -        -        -        -        ok       -        -        -        -
      banned         -        -        -        -        NA       -        -        -        -
      service        -        -        -        -        ok       -        -        -        -`,
  },
  {
    types: everyType,
    operations: ['transfer_group'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  invited  self
      outsider       -        -        -        -        NA       -        -        -        -        -
      pending        -        -        -        -        NA       -        -        -        -        -
      active         -        -        -        -        NA       -        -        -        -        -
      muted          -        -        -        -        NA       -        -        -        -        -
      moderator      NA       NA       NA       NA       NA       NA       NA       NA       NA       NA
      admin          -        -        -        -        ok       -        -        -        -        -
      last_admin     -        -        -        -        ok       -        -        -        -        -
      banned         -        -        -        -        NA       -        -        -        -        -
      invited        -        -        -        -        NA       -        -        -        -        -`,
  },
  {
    types: everyType,
    operations: ['demote_member'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       -        -        -        -        NA       -        -        -        -
      pending        -        -        -        -        NA       -        -        -        -
      active         -        -        -        -        NA       -        -        -        -
      muted          -        -        -        -        NA       -        -        -        -
      moderator      NA       NA       NA       NA       NA       NA       NA       NA       NA
      admin          -        -        -        -        ok       -        -        -        -
      last_admin     -        -        -        -        ok       -        -        -        -
      banned         -        -        -        -        NA       -        -        -        -
      service        -        -        -        -        ok       -        -        -        -`,
  },
  {
    types: everyType,
    operations: ['promote_member:moderator'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       NA       NA       NA       NA       NA       NA       NA       NA       NA
      pending        NA       NA       NA       NA       NA       NA       NA       NA       NA
      active         NA       NA       NA       NA       NA       NA       NA       NA       NA
      muted          NA       NA       NA       NA       NA       NA       NA       NA       NA
      moderator      NA       NA       NA       NA       NA       NA       NA       NA       NA
      admin          NU       CP       ok       CP       CP       CP       -        NU       CP
      last_admin     NU       CP       ok       CP       CP       -        -        NU       CP
      banned         NA       NA       NA       NA       NA       NA       NA       NA       NA
      service        NU       CP       ok       CP       CP       CP       CP       NU       -`,
  },
  {
    types: ['strict_private'],
    operations: ['mute_member:timed'],
    text: `
                  outsider  pending  active  muted  moderator  admin  last_admin  banned  self
      outsider       NA       NA       NA       NA       MO       NA       NA       NA       NA
      pending        NA       NA       NA       NA       MO       NA       NA       NA       NA
      active         NA       NA       NA       NA       MO       NA       NA       NA       NA
      muted          NA       NA       NA       NA       MO       NA       NA       NA       NA
      moderator      NU       CM       ok       ok       NA       CM       CM       NU       NA
      admin          NU       CM       ok       ok       ok       CM       -        NU       CM
      last_admin     NU       CM       ok       ok       ok       -        -        NU       CM
      banned         NA       NA       NA       NA       MO       NA       NA       NA       NA
      service        NU       CM       ok       ok       ok       CM       CM       NU       -`,
  },
];
