/** Limits that both sides of the wire enforce. The names contain the units. */
export const limits = {
  /** Length of a group id or user id, in characters (all are single-byte). */
  idMaxLength: 128,
  requestIdMaxLength: 128,
  /** Characters of the `traceparent` of a request. */
  traceparentMaxLength: 256,
  messageIdMaxLength: 96,
  /** Users whom one message mentions. */
  mentionsMax: 50,
  /** UTF-8 bytes of the query of a search. */
  searchQueryMaxBytes: 512,
  /** Messages of one `import_messages`. */
  importMax: 200,
  /** Default of `PLENUM_MESSAGE_MAX_BYTES`: UTF-8 bytes of `message`. */
  messageMaxBytes: 4096,
  /** JSON text of the `metadata` of a group or of a message, in UTF-8 bytes. */
  metadataMaxBytes: 4096,
  /** UTF-8 bytes of `reason`. */
  reasonMaxBytes: 512,
  /** UTF-8 bytes of the `note` of a request to join. */
  noteMaxBytes: 300,
  /** UTF-8 bytes of one reaction. */
  reactionMaxBytes: 64,
  /** Different reactions on one message, and those of one user among them. */
  reactionsPerMessageMax: 32,
  reactionsPerUserMax: 10,
  /** Shortest and longest `expires_in_ms`: one second, 30 days. */
  expiresInMsMin: 1000,
  expiresInMsMax: 2_592_000_000,
  /** UTF-8 bytes that are appended to one message. */
  appendedMaxBytes: 65_536,
  /** Requests whose texts one entry `appended` has. */
  appendsPerEntry: 12,
  /** Appends of one message on one node that come within so many ms leave as one entry. */
  appendEveryMs: 40,
  /** An open message is closed after so many ms without an append. */
  appendIdleMs: 60_000,
  /** Pinned messages of one group. */
  pinsMax: 50,
  /** Levels of nesting that a request's arguments may have. */
  argsMaxDepth: 32,
  /** Bytes of one WebSocket frame or one HTTP body; above it the socket is cut, and the request answered 413. */
  frameMaxBytes: 65_536,
  tokenMaxLength: 8192,
  pageDefault: 50,
  pageMax: 200,
  /** Bytes of JSON text in one page; a single larger row is a page by itself. */
  answerMaxBytes: 1_048_576,
  /** Groups in one `subscribe`, and positions in one handshake. */
  subscribeMax: 256,
  /** Members that `get_group_info` lists; beyond that it says `truncated`. */
  infoMembersMax: 1000,
  /** Users that `presence` lists; its `count` is exact beyond it. */
  presenceListMax: 1000,
  /** From this many members on, a group gets only the count of online users. */
  presenceCountsOnlyFrom: 500,
  /** Users that one `change_members` adds, and users that it removes. */
  changedMembersMax: 1000,
  /** Users of one `members_changed` entry. */
  membersPerEntry: 100,
  /** Bytes of the HTTP body of `change_members`: 1,000 users to add and 1,000 to remove, with the longest ids. */
  membersBodyMaxBytes: 524_288,
  /** Applicants that may wait in one group. */
  pendingMax: 1000,
  /** Highest `accepts_needed`. */
  acceptsNeededMax: 16,
  /** Entries and ms that a `retention` names: enough for a device that is away for a moment, and ten years at most. */
  retentionMinEntries: 100,
  retentionMaxEntries: 10_000_000,
  retentionMinAgeMs: 600_000,
  retentionMaxAgeMs: 315_360_000_000,
  /** Longest `id_reserved_ms`: 30 days. */
  idReservedMsMax: 2_592_000_000,
  /** Bounds of `request_ttl_ms`: one minute and 90 days. */
  requestTtlMsMin: 60_000,
  requestTtlMsMax: 7_776_000_000,
  /** Invites of users that may be open in one group. */
  invitesMax: 1000,
  /** Invite links of one group. */
  linksMax: 100,
  /** Highest `max_uses` of an invite link. */
  linkUsesMax: 1_000_000,
  /** Characters of the code of an invite link: that of a group with the longest id has 204. */
  inviteCodeMaxLength: 256,
  linkIdMaxLength: 64,
  /** Highest `max_members`. */
  groupMembersMax: 10_000_000,
  /** Longest `slow_mode_ms`: one hour. */
  slowModeMsMax: 3_600_000,
  /** For how long a message may be edited if the group does not say it: one day. */
  editWindowMsDefault: 86_400_000,
  /** Longest `edit_window_ms`: ten years. */
  editWindowMsMax: 315_360_000_000,
  /** Longest timed mute or ban: ten years, in ms. */
  forMsMax: 315_360_000_000,
  /** Latest `until_ms` of `set_notifications`: the end of the year 9999. */
  untilMsMax: 253_402_300_799_999,
  /** Members of a group whose read marks `list_read_marks` shows. */
  readMarksMembersMax: 100,
  /** UTF-8 bytes of the `message` of a trace. */
  traceMessageMaxBytes: 256,
  /** Longest `wait_ms` of a trace. */
  traceWaitMsMax: 10_000,
  /** A position more entries behind the head than this is answered `too_far`. */
  resumeMaxEntries: 1000,
} as const;
