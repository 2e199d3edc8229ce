/** For each field of the protocol the values that it must refuse, with the code and the limit that the answer names. */
import { type ErrorCode, limits } from '@plenum/protocol';

export interface BadValue {
  readonly what: string;
  readonly value: unknown;
  /** Default `invalid_args`. */
  readonly code?: ErrorCode;
  readonly limit?: number;
  /** The store finds the fault, so a refusal of the actor comes first. */
  readonly isWellFormed?: boolean;
  /** Where inside the field the fault is: `groups.0.group_id`. Default: the field itself. */
  readonly at?: string;
}

type Kind = 'text' | 'number' | 'flag' | 'object' | 'list';

const byKind: Readonly<Record<Kind, unknown>> = {
  text: 'text',
  number: 7,
  flag: true,
  object: { a: 1 },
  list: ['a'],
};

/** Null, and one value of every other JSON type. */
function otherTypes(kind: Kind, code: ErrorCode = 'invalid_args'): BadValue[] {
  const others = Object.entries(byKind).filter(([name]) => name !== kind);
  return [
    { what: 'null', value: null, code },
    ...others.map(([name, value]) => ({ what: `another type: ${name}`, value, code })),
  ];
}

const loneSurrogate = 'half \ud83d of it';

const id: readonly BadValue[] = [
  ...otherTypes('text'),
  { what: 'nothing', value: '', limit: 1 },
  { what: '129 characters', value: 'x'.repeat(limits.idMaxLength + 1), limit: limits.idMaxLength },
  ...['.', '..', '$service', 'a b', 'a/b', 'a\u0000b', 'é', '{p1}:a', 'a\n', loneSurrogate].map((value) => ({
    what: JSON.stringify(value),
    value,
  })),
];

const wholeNumber = (min: number, max: number): readonly BadValue[] => [
  ...otherTypes('number'),
  { what: 'a number as text', value: String(min) },
  { what: 'one below the least', value: min - 1, limit: min },
  { what: 'one above the most', value: max + 1 },
  { what: 'a fraction', value: min + 0.5 },
  { what: 'NaN', value: Number.NaN },
  { what: 'Infinity', value: Number.POSITIVE_INFINITY },
  { what: '2^53', value: 2 ** 53 },
  { what: '1e300', value: 1e300 },
];

const choice: readonly BadValue[] = [
  ...otherTypes('text'),
  { what: 'nothing', value: '' },
  { what: 'no choice', value: 'secret' },
  { what: 'a name of Object', value: 'constructor' },
];

const message: readonly BadValue[] = [
  ...otherTypes('text', 'invalid_content'),
  { what: 'nothing', value: '', code: 'invalid_content', limit: 1 },
  ...['x'.repeat(4097), 'é'.repeat(2049), '€'.repeat(1366), '😀'.repeat(1025)].map((value) => ({
    what: `${value.length} of ${value.slice(0, 1)}, more than 4096 bytes`,
    value,
    code: 'message_too_large' as const,
    limit: limits.messageMaxBytes,
  })),
  { what: 'a lone surrogate', value: loneSurrogate, code: 'invalid_utf8' },
  { what: 'a lone low surrogate', value: '\udc00', code: 'invalid_utf8' },
  { what: 'U+0000, which no archive in PostgreSQL can hold', value: 'a\u0000b', code: 'invalid_content' },
];

const note: readonly BadValue[] = [
  ...otherTypes('text'),
  { what: '301 bytes', value: 'x'.repeat(301), limit: limits.noteMaxBytes },
  { what: '302 bytes in 151 characters', value: 'é'.repeat(151), limit: limits.noteMaxBytes },
  { what: 'a lone surrogate', value: loneSurrogate, code: 'invalid_utf8' },
  { what: 'U+0000, which no archive in PostgreSQL can hold', value: 'a\u0000b' },
];

const reason: readonly BadValue[] = [
  ...otherTypes('text'),
  { what: '513 bytes', value: 'x'.repeat(513), limit: limits.reasonMaxBytes },
  { what: '514 bytes in 257 characters', value: 'é'.repeat(257), limit: limits.reasonMaxBytes },
  { what: 'a lone surrogate', value: loneSurrogate, code: 'invalid_utf8' },
  { what: 'U+0000, which no archive in PostgreSQL can hold', value: 'a\u0000b' },
];

/** `{"m":"…"}` of that many bytes. */
export const metadataOf = (bytes: number) => ({ m: 'x'.repeat(bytes - '{"m":""}'.length) });

const metadata: readonly BadValue[] = [
  ...otherTypes('object'),
  { what: '4097 bytes', value: metadataOf(4097), limit: limits.metadataMaxBytes },
  { what: '4098 bytes by multi-byte text', value: { m: 'é'.repeat(2045) }, limit: limits.metadataMaxBytes },
  { what: 'a lone surrogate in a value', value: { a: [loneSurrogate] }, code: 'invalid_utf8' },
  { what: 'a lone surrogate in a key', value: { a: { '\ud800': 1 } }, code: 'invalid_utf8' },
  { what: 'U+0000 in a value', value: { a: ['b', 'c\u0000'] }, at: 'metadata.a.1' },
  { what: 'U+0000 in a key', value: { a: { 'b\u0000': 1 } }, at: 'metadata.a' },
];

const cursor: readonly BadValue[] = [
  ...otherTypes('text'),
  { what: 'nothing', value: '', limit: 1 },
  { what: '513 characters', value: 'r'.repeat(513), limit: 512 },
  ...['/', '..', "r1' OR 1=1", '\u0000', '{}'].map((value) => ({
    what: `forged: ${JSON.stringify(value)}`,
    value,
    isWellFormed: true,
  })),
];

const groups: readonly BadValue[] = [
  ...otherTypes('list'),
  { what: 'none', value: [], limit: 1 },
  {
    what: '257 of them',
    value: Array.from({ length: limits.subscribeMax + 1 }, (_, i) => ({ group_id: `g${i}` })),
    limit: limits.subscribeMax,
  },
  { what: 'a name instead of a position', value: ['room'], at: 'groups.0' },
  { what: 'an empty position', value: [{}], at: 'groups.0.group_id' },
  { what: 'an unknown field', value: [{ group_id: 'g', x: 1 }], at: 'groups.0.x' },
  { what: 'a seq below 0', value: [{ group_id: 'g', seq: -1 }], at: 'groups.0.seq', limit: 0 },
  { what: 'a seq of 2^53', value: [{ group_id: 'g', seq: 2 ** 53 }], at: 'groups.0.seq' },
  { what: 'a seq that is a fraction', value: [{ group_id: 'g', seq: 0.5 }], at: 'groups.0.seq' },
  { what: 'an empty epoch', value: [{ group_id: 'g', epoch: '' }], at: 'groups.0.epoch', limit: 1 },
  {
    what: 'a long epoch',
    value: [{ group_id: 'g', epoch: 'e'.repeat(65) }],
    at: 'groups.0.epoch',
    limit: 64,
  },
];

const users: readonly BadValue[] = [
  ...otherTypes('list').filter(({ value }) => value !== null),
  { what: 'null', value: null },
  {
    what: '1,001 of them',
    value: Array.from({ length: limits.changedMembersMax + 1 }, (_, i) => `u${i}`),
    limit: limits.changedMembersMax,
  },
];

const foreign = { from_user_id: 'ann', message: 'hello', timestamp: '2020-01-01T00:00:00.000Z' };
const foreignMessages: readonly BadValue[] = [
  ...otherTypes('list'),
  {
    what: '201 of them',
    value: Array.from({ length: limits.importMax + 1 }, () => foreign),
    limit: limits.importMax,
  },
  { what: 'a text instead of a message', value: ['hello'], at: 'messages.0' },
  { what: 'an unknown field', value: [{ ...foreign, x: 1 }], at: 'messages.0.x' },
  { what: 'a bad sender', value: [{ ...foreign, from_user_id: 'a b' }], at: 'messages.0.from_user_id' },
  ...['', '2020-01-01', '2020-01-01T00:00:00Z', '1969-12-31T23:59:59.999Z', '2020-13-01T00:00:00.000Z'].map(
    (timestamp) => ({
      what: `a bad time: ${timestamp}`,
      value: [foreign, { ...foreign, timestamp }],
      at: 'messages.1.timestamp',
    }),
  ),
  {
    what: 'a long request id',
    value: [{ ...foreign, request_id: 'r'.repeat(129) }],
    at: 'messages.0.request_id',
    limit: limits.requestIdMaxLength,
  },
];

const messageId: readonly BadValue[] = [
  ...otherTypes('text'),
  { what: 'nothing', value: '', limit: 1 },
  { what: '97 characters', value: 'e'.repeat(97), limit: limits.messageIdMaxLength },
  ...['a b', ' ', 'é-1', 'a\u0000-1', 'a\n', loneSurrogate].map((value) => ({
    what: JSON.stringify(value),
    value,
  })),
];

const inviteCode: readonly BadValue[] = [
  ...otherTypes('text'),
  { what: 'nothing', value: '', limit: 1 },
  { what: '257 characters', value: 'x'.repeat(257), limit: limits.inviteCodeMaxLength },
  ...['a b', 'é', 'a\u0000', 'a\n', loneSurrogate].map((value) => ({ what: JSON.stringify(value), value })),
];

export const badValues: Readonly<Record<string, readonly BadValue[]>> = {
  group_id: id,
  user_id: id,
  actor_id: id,
  creator_id: id,
  from_user_id: id,
  dead_letter_id: [
    ...otherTypes('text'),
    { what: 'nothing', value: '' },
    { what: '65 characters', value: '1'.repeat(65) },
    { what: 'a slash', value: '1/0' },
  ],
  add: [
    ...users,
    { what: 'an id instead of an object', value: ['ann'], at: 'add.0' },
    { what: 'a user without an id', value: [{}], at: 'add.0.user_id' },
    { what: 'an id with a space', value: [{ user_id: 'a b' }], at: 'add.0.user_id' },
    { what: 'an unknown field', value: [{ user_id: 'ann', x: 1 }], at: 'add.0.x' },
    { what: 'no status', value: [{ user_id: 'ann', status: 'banned' }], at: 'add.0.status' },
    { what: 'no roles', value: [{ user_id: 'ann', roles: [] }], at: 'add.0.roles', limit: 1 },
    { what: 'an unknown role', value: [{ user_id: 'ann', roles: ['king'] }], at: 'add.0.roles.0' },
    {
      what: 'a muted admin',
      value: [{ user_id: 'ann', status: 'muted', roles: ['admin'] }],
      at: 'add.0.roles',
    },
    { what: 'a user twice', value: [{ user_id: 'ann' }, { user_id: 'ann' }], at: 'add.1.user_id' },
  ],
  remove: [
    ...users,
    { what: 'the service', value: ['$service'], at: 'remove.0' },
    { what: 'a user twice', value: ['ann', 'bob', 'ann'], at: 'remove.2' },
  ],
  invite: inviteCode,
  code: inviteCode,
  link_id: [
    ...otherTypes('text'),
    { what: 'nothing', value: '', limit: 1 },
    { what: '65 characters', value: 'x'.repeat(65), limit: limits.linkIdMaxLength },
    ...['a b', 'a.b', 'a/b', 'é', '$', 'a\u0000'].map((value) => ({ what: JSON.stringify(value), value })),
  ],
  max_uses: wholeNumber(1, limits.linkUsesMax),
  message,
  messages: foreignMessages,
  import_id: [
    ...otherTypes('text'),
    ...['', 'a b', 'x'.repeat(65), 'é'].map((value) => ({ what: JSON.stringify(value), value })),
  ],
  position: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  query: [
    ...otherTypes('text'),
    { what: 'nothing', value: '', limit: 1 },
    { what: '513 bytes', value: 'x'.repeat(513), limit: limits.searchQueryMaxBytes },
    { what: '514 bytes in 257 characters', value: 'é'.repeat(257), limit: limits.searchQueryMaxBytes },
    { what: 'a lone surrogate', value: loneSurrogate, code: 'invalid_utf8' },
    { what: 'U+0000', value: 'a\u0000b' },
  ],
  note,
  reason,
  metadata,
  cursor,
  groups,
  group_type: choice,
  role: choice,
  level: choice,
  order: choice,
  until_ms: wholeNumber(0, limits.untilMsMax),
  action: choice,
  prefix: [
    ...otherTypes('text'),
    { what: '129 characters', value: 'x'.repeat(129), limit: limits.idMaxLength },
  ],
  mentions: [
    ...otherTypes('list').filter(({ what }) => what !== 'another type: list'),
    {
      what: '51 of them',
      value: Array.from({ length: limits.mentionsMax + 1 }, (_, i) => `u${i}`),
      limit: limits.mentionsMax,
    },
    ...[null, 7, '', '.', '$service', 'a b', loneSurrogate].map((value) => ({
      what: `one of ${JSON.stringify(value)}`,
      value: ['ann', value],
      at: 'mentions.1',
    })),
    { what: 'one of 129 characters', value: ['x'.repeat(129)], at: 'mentions.0', limit: limits.idMaxLength },
  ],
  reply_to: messageId,
  message_id: messageId,
  reaction: [
    ...otherTypes('text'),
    { what: 'nothing', value: '', limit: 1 },
    ...['x'.repeat(65), 'é'.repeat(33), '😀'.repeat(17)].map((value) => ({
      what: `${value.length} of ${value.slice(0, 1)}, more than 64 bytes`,
      value,
      limit: limits.reactionMaxBytes,
    })),
    { what: 'a lone surrogate', value: loneSurrogate, code: 'invalid_utf8' },
    { what: 'U+0000', value: 'a\u0000b' },
  ],
  token: [...otherTypes('text'), { what: 'nothing', value: '', limit: 1 }],
  history: choice,
  status: choice,
  ephemeral: otherTypes('flag'),
  ensure: otherTypes('flag'),
  mute_survives_rejoin: otherTypes('flag'),
  retention: [
    ...otherTypes('object').filter(({ what }) => what !== 'null'),
    { what: 'an empty object', value: {} },
    { what: 'an unknown field', value: { max_entries: 100, x: 1 }, at: 'retention.x' },
    ...wholeNumber(limits.retentionMinEntries, limits.retentionMaxEntries).map((bad) => ({
      ...bad,
      what: `entries: ${bad.what}`,
      value: { max_entries: bad.value },
      at: 'retention.max_entries',
    })),
    ...wholeNumber(limits.retentionMinAgeMs, limits.retentionMaxAgeMs).map((bad) => ({
      ...bad,
      what: `age: ${bad.what}`,
      value: { max_age_ms: bad.value },
      at: 'retention.max_age_ms',
    })),
  ],
  id_reserved_ms: wholeNumber(0, limits.idReservedMsMax),
  unread: otherTypes('flag'),
  text: [...otherTypes('text'), ...message.slice(otherTypes('text').length)],
  open: [...otherTypes('flag'), { what: 'false', value: false }],
  done: [...otherTypes('flag'), { what: 'false', value: false }],
  include_members: otherTypes('flag'),
  max_members: wholeNumber(1, limits.groupMembersMax),
  if_seq: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  posting: choice,
  erase: choice,
  slow_mode_ms: wholeNumber(0, limits.slowModeMsMax),
  expires_in_ms: wholeNumber(limits.expiresInMsMin, limits.expiresInMsMax),
  accepts_needed: wholeNumber(1, limits.acceptsNeededMax),
  membership_events: choice,
  request_ttl_ms: wholeNumber(limits.requestTtlMsMin, limits.requestTtlMsMax),
  edit_window_ms: wholeNumber(0, limits.editWindowMsMax),
  for_ms: wholeNumber(1, limits.forMsMax),
  limit: wholeNumber(1, limits.pageMax),
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  before: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  seq: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  epoch: [
    ...otherTypes('text'),
    { what: 'nothing', value: '', limit: 1 },
    { what: '65 characters', value: 'e'.repeat(65), limit: 64 },
  ],
};
