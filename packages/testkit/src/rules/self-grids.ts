/** The rules of operations without a target, and of `explain`, written by hand like the other grids. */
import type { GroupType } from '@plenum/protocol';

/**
 * Rows: requests; `admit`, `add` and `remove` are what the service does to a user. Columns: who asks, or to whom it is done.
 */
export const ownGrids: Readonly<Record<GroupType, string>> = {
  public: `
                     outsider  active  admin  last_admin  banned  service  invited
    create_group        AE       AE     AE       AE         AE      -         AE
    join_group          ac       AM     AM       AM         BA      -         ac
    admit               ac       AM     AM       AM         BA      -         ac
    add                 ac       AM     AM       AM         BA      -         ac
    remove              NU       ok     ok       LA         NU      -         NU
    leave_group         NU       ok     ok       ok         NU      -         NU
    decline_invite      IN       IN     IN        IN        IN      -        ok
    join_group:link     ac       AM       AM       AM       BA       -       ac
    create_invite_link  NU       ok       ok       ok       NU       ok       NU
    list_invite_links   NU       ok       ok       ok       NU       ok       NU
    revoke_invite_link  NU       ok       ok       ok       NU       ok       NU
    preview_invite      ok       ok       ok       ok       BA       ok       ok
    update_group        NA       NA     ok       ok         NA      ok        NA
    delete_group        NA       NA     ok       ok         NA      ok        NA
    relay_msg           NO       ok     ok       ok         BA      -         NO
    relay_msg:ephemeral NO       ok     ok       ok         BA      -         NO
    edit_message        NO       AU     AU        ok        BA       -       NO
    append_message      NO       AU     AU        CL        BA       -       NO
    delete_message      NO       AU     ok        ok        BA      ok       NO
    react               NO       ok     ok        ok        BA       -       NO
    pin_message         NA       NA     ok        ok        NA      ok       NA
    get_message         NO       ok     ok        ok        BA      ok       NO
    history             NO       ok     ok       ok         BA      ok        NO
    list_members        NO       ok     ok       ok         BA      ok        NO
    list_bans           NA       NA       ok       ok       NA       ok       NA
    list_invites        NU       ok       ok       ok       NU       ok       NU
    subscribe           NO       ok     ok       ok         BA      -         NO
    get_group_info      own      all    all      all        own     all       own`,
  private: `
                     outsider  pending  active  admin  last_admin  banned  service  invited
    create_group        AE       AE       AE     AE       AE         AE      -         AE
    join_group          pe       AM       AM     AM       AM         BA      -         ac
    admit               ac       AM       AM     AM       AM         BA      -         ac
    add                 ac       AM       AM     AM       AM         BA      -         ac
    remove              NU       ok       ok     ok       LA         NU      -         NU
    leave_group         NU       ok       ok     ok       ok         NU      -         NU
    decline_invite      IN       IN       IN     IN        IN        IN      -        ok
    join_group:link     ac       AM       AM       AM       AM       BA       -       ac
    create_invite_link  NU       NA       ok       ok       ok       NU       ok       NU
    list_invite_links   NU       NA       ok       ok       ok       NU       ok       NU
    revoke_invite_link  NU       NA       ok       ok       ok       NU       ok       NU
    preview_invite      ok       ok       ok       ok       ok       BA       ok       ok
    update_group        NA       NA       NA     ok       ok         NA      ok        NA
    delete_group        NA       NA       NA     ok       ok         NA      ok        NA
    relay_msg           NO       PM       ok     ok       ok         BA      -         NO
    relay_msg:ephemeral NO       PM       ok     ok       ok         BA      -         NO
    edit_message        NO       PM       AU     AU        ok        BA       -       NO
    append_message      NO       PM       AU     AU        CL        BA       -       NO
    delete_message      NO       PM       AU     ok        ok        BA      ok       NO
    react               NO       PM       ok     ok        ok        BA       -       NO
    pin_message         NA       NA       NA     ok        ok        NA      ok       NA
    get_message         NO       PM       ok     ok        ok        BA      ok       NO
    history             NO       PM       ok     ok       ok         BA      ok        NO
    list_members        NO       PM       ok     ok       ok         BA      ok        NO
    list_bans           NA       NA       NA       ok       ok       NA       ok       NA
    list_invites        NU       NA       ok       ok       ok       NU       ok       NU
    subscribe           NO       PM       ok     ok       ok         BA      -         NO
    get_group_info      own      own      all    all      all        own     all       own`,
  strict_private: `
                     outsider  pending  active  muted  admin  last_admin  banned  service  invited
    create_group        AE       AE       AE     AE     AE       AE         AE      -         AE
    join_group          pe       AM       AM     pe     AM       AM         BA      -         ac
    admit               ac       AM       AM     AM     AM       AM         BA      -         ac
    add                 ac       AM       AM     AM     AM       AM         BA      -         ac
    remove              NU       ok       ok     ok     ok       LA         NU      -         NU
    leave_group         NU       ok       ok     ok     ok       ok         NU      -         NU
    decline_invite      IN       IN       IN     IN     IN        IN        IN      -        ok
    join_group:link     ac       AM       AM       AM       AM       AM       BA       -       ac
    create_invite_link  NU       NA       NA       NA       ok       ok       NU       ok       NU
    list_invite_links   NU       NA       NA       NA       ok       ok       NU       ok       NU
    revoke_invite_link  NU       NA       NA       NA       ok       ok       NU       ok       NU
    preview_invite      ok       ok       ok       ok       ok       ok       BA       ok       ok
    update_group        NA       NA       NA     NA     ok       ok         NA      ok        NA
    delete_group        NA       NA       NA     NA     ok       ok         NA      ok        NA
    relay_msg           NO       PM       ok     MU     ok       ok         BA      -         NO
    relay_msg:ephemeral NO       PM       ok     MU     ok       ok         BA      -         NO
    edit_message        NO       PM       AU     MU     AU        ok        BA       -       NO
    append_message      NO       PM       AU     MU     AU        CL        BA       -       NO
    delete_message      NO       PM       AU     AU     ok        ok        BA      ok       NO
    react               NO       PM       ok     MU     ok        ok        BA       -       NO
    pin_message         NA       NA       NA     NA     ok        ok        NA      ok       NA
    get_message         NO       PM       ok     ok     ok        ok        BA      ok       NO
    history             NO       PM       ok     ok     ok       ok         BA      ok        NO
    list_members        NO       PM       ok     ok     ok       ok         BA      ok        NO
    list_bans           NA       NA       NA       NA       ok       ok       NA       ok       NA
    list_invites        NU       NA       NA       NA       ok       ok       NU       ok       NU
    subscribe           NO       PM       ok     ok     ok       ok         BA      -         NO
    get_group_info      own      own      all    all    all      all        own     all       own`,
};

/** Rows: actions. Columns: about whom. What a target could stand in the way of is left out. */
export const explainGrids: Readonly<Record<GroupType, string>> = {
  public: `
              outsider  active  admin  last_admin  banned  invited
    join         ok       AM     AM       AM         BA       ok
    leave        NU       ok     ok       ok         NU       NU
    accept       NU       ok     ok       ok         NU       NU
    reject       NU       ok     ok       ok         NU       NU
    mute         NS       NS     NS       NS         NS       NS
    unmute       NS       NS     NS       NS         NS       NS
    kick         NA       NA     ok       ok         NA       NA
    ban          NA       NA     ok       ok         NA       NA
    unban        NA       NA     ok       ok         NA       NA
    list_bans    NA       NA     ok       ok         NA       NA
    invite       NU       ok     ok        ok        NU      NU
    revoke_invite NU      ok     ok        ok        NU      NU
    list_invites  NU      ok     ok        ok        NU      NU
    decline_invite IN     IN     IN        IN        IN      ok
    join_by_link ok       AM       AM       AM       BA       ok
    create_link  NU       ok       ok       ok       NU       NU
    list_links   NU       ok       ok       ok       NU       NU
    revoke_link  NU       ok       ok       ok       NU       NU
    promote      NA       NA     ok       ok         NA       NA
    demote       NA       NA     ok       ok         NA       NA
    transfer     NA       NA     ok       ok         NA       NA
    update       NA       NA     ok       ok         NA       NA
    delete       NA       NA     ok       ok         NA       NA
    send         NO       ok     ok       ok         BA       NO
    read         NO       ok     ok       ok         BA       NO
    edit         NO       ok     ok        ok        BA      NO
    append       NO       ok     ok        ok        BA      NO
    take_down    NO       ok     ok        ok        BA      NO
    react        NO       ok     ok        ok        BA      NO
    pin          NA       NA     ok        ok        NA      NA
    add          ok       AM     AM       AM         BA       ok
    remove       NU       ok     ok       ok         NU       NU`,
  private: `
              outsider  pending  active  admin  last_admin  banned  invited
    join         ok       AM       AM     AM       AM         BA       ok
    leave        NU       ok       ok     ok       ok         NU       NU
    accept       NU       NA       ok     ok       ok         NU       NU
    reject       NU       NA       ok     ok       ok         NU       NU
    mute         NS       NS       NS     NS       NS         NS       NS
    unmute       NS       NS       NS     NS       NS         NS       NS
    kick         NA       NA       NA     ok       ok         NA       NA
    ban          NA       NA       NA     ok       ok         NA       NA
    unban        NA       NA       NA     ok       ok         NA       NA
    list_bans    NA       NA       NA     ok       ok         NA       NA
    invite       NU       NA       ok     ok        ok        NU      NU
    revoke_invite NU      NA       ok     ok        ok        NU      NU
    list_invites  NU      NA       ok     ok        ok        NU      NU
    decline_invite IN     IN       IN     IN        IN        IN      ok
    join_by_link ok       AM       AM       AM       AM       BA       ok
    create_link  NU       NA       ok       ok       ok       NU       NU
    list_links   NU       NA       ok       ok       ok       NU       NU
    revoke_link  NU       NA       ok       ok       ok       NU       NU
    promote      NA       NA       NA     ok       ok         NA       NA
    demote       NA       NA       NA     ok       ok         NA       NA
    transfer     NA       NA       NA     ok       ok         NA       NA
    update       NA       NA       NA     ok       ok         NA       NA
    delete       NA       NA       NA     ok       ok         NA       NA
    send         NO       PM       ok     ok       ok         BA       NO
    read         NO       PM       ok     ok       ok         BA       NO
    edit         NO       PM       ok     ok        ok        BA      NO
    append       NO       PM       ok     ok        ok        BA      NO
    take_down    NO       PM       ok     ok        ok        BA      NO
    react        NO       PM       ok     ok        ok        BA      NO
    pin          NA       NA       NA     ok        ok        NA      NA
    add          ok       AM       AM     AM       AM         BA       ok
    remove       NU       ok       ok     ok       ok         NU       NU`,
  strict_private: `
              outsider  pending  active  muted  admin  last_admin  banned  invited
    join         ok       AM       AM     ok     AM       AM         BA       ok
    leave        NU       ok       ok     ok     ok       ok         NU       NU
    accept       NU       NA       NA     NA     ok       ok         NU       NU
    reject       NU       NA       NA     NA     ok       ok         NU       NU
    mute         NA       NA       NA     NA     ok       ok         NA       NA
    unmute       NA       NA       NA     NA     ok       ok         NA       NA
    kick         NA       NA       NA     NA     ok       ok         NA       NA
    ban          NA       NA       NA     NA     ok       ok         NA       NA
    unban        NA       NA       NA     NA     ok       ok         NA       NA
    list_bans    NA       NA       NA     NA     ok       ok         NA       NA
    invite       NU       NA       NA     NA     ok        ok        NU      NU
    revoke_invite NU      NA       NA     NA     ok        ok        NU      NU
    list_invites  NU      NA       NA     NA     ok        ok        NU      NU
    decline_invite IN     IN       IN     IN     IN        IN        IN      ok
    join_by_link ok       AM       AM       AM       AM       AM       BA       ok
    create_link  NU       NA       NA       NA       ok       ok       NU       NU
    list_links   NU       NA       NA       NA       ok       ok       NU       NU
    revoke_link  NU       NA       NA       NA       ok       ok       NU       NU
    promote      NA       NA       NA     NA     ok       ok         NA       NA
    demote       NA       NA       NA     NA     ok       ok         NA       NA
    transfer     NA       NA       NA     NA     ok       ok         NA       NA
    update       NA       NA       NA     NA     ok       ok         NA       NA
    delete       NA       NA       NA     NA     ok       ok         NA       NA
    send         NO       PM       ok     MU     ok       ok         BA       NO
    read         NO       PM       ok     ok     ok       ok         BA       NO
    edit         NO       PM       ok     MU     ok        ok        BA      NO
    append       NO       PM       ok     MU     ok        ok        BA      NO
    take_down    NO       PM       ok     ok     ok        ok        BA      NO
    react        NO       PM       ok     MU     ok        ok        BA      NO
    pin          NA       NA       NA     NA     ok        ok        NA      NA
    add          ok       AM       AM     AM     AM       AM         BA       ok
    remove       NU       ok       ok     ok     ok       ok         NU       NU`,
};

/** Who may ask about another user: an active admin of the group. Rows: the actor, for any target. */
export const askedAboutOthers = `
                 another
    outsider        NA
    pending         NA
    active          NA
    muted           NA
    moderator       NA
    admin           ok
    last_admin      ok
    banned          NA
    invited         NA`;

/** Where there is no group of that id. Rows: requests, on a target where there is one. Columns: who asks. */
export const noGroupGrid = `
                     outsider  service
    create_group        ok        -
    join_group          NF        -
    admit               -         NF
    add                 -         NF
    remove              -         NF
    leave_group         NF        -
    accept_member       NF        NF
    reject_member       NF        NF
    mute_member         NF        NF
    unmute_member       NF        NF
    kick_member         NF        NF
    ban_member          NF        NF
    unban_member        NF        NF
    invite_member       NF        NF
    decline_invite      NF       -
    revoke_invite       NF       NF
    invite_member       NF        NF
    decline_invite      NF       -
    revoke_invite       NF       NF
    promote_member      NF        NF
    demote_member       NF        NF
    transfer_group      NF        -
    update_group        NF        NF
    delete_group        NF        NF
    relay_msg           NF        -
    relay_msg:ephemeral NF        -
    edit_message        NF        -
    append_message      NF        -
    delete_message      NF        NF
    react               NF        -
    pin_message         NF        NF
    get_message         NF        NF
    history             NF        NF
    list_members        NF        NF
    list_bans           NF        NF
    list_invites        NF        NF
    subscribe           NF        -
    get_group_info      NF        NF
    explain:join        NF        NF
    explain:join_by_link IN       IN
    explain:send        NF        NF`;
