/** What each setting means: the texts of the reference page about settings. Nothing loads them at run time. */
import type { Environment } from './environment.ts';

export const settingSections = {
  listen: 'Listening',
  store: 'Engine and Redis',
  identity: 'Tokens and admins',
  groups: 'Groups and messages',
  rates: 'Rates',
  bounds: 'Limits',
  log: 'The log',
  adapters: 'Adapters and webhooks',
  delivery: 'Delivery',
  cluster: 'Cluster',
  other: 'Logging and tracing',
} as const;

interface SettingNote {
  readonly section: keyof typeof settingSections;
  readonly text: string;
  /** Of a number. */
  readonly unit?: string;
  /** Where there is no fixed default. */
  readonly absent?: string;
}

/** Most settings have a part in one of these. */
const counted = 'for each socket, until its transport is gone; 0: no limit. Above it `too_many_connections`';

export const settingNotes: Readonly<Record<keyof Environment, SettingNote>> = {
  PORT: { section: 'listen', text: 'The port of the listener. 0: any free port.' },
  HOST: {
    section: 'listen',
    text: 'The address of the listener. Dev mode needs a loopback address; the image sets `0.0.0.0`.',
  },
  NODE_ENV: { section: 'listen', absent: 'none', text: '`production` ends dev mode.' },
  PLENUM_WORKERS: {
    section: 'listen',
    unit: 'processes',
    text: 'Processes of `plenum serve` behind the one port, each a node. `auto`: one for each core that the process may use, by its affinity and the limit of its container. `plenum serve --workers` overrides it. See [One big machine](../operations/workers.md).',
  },
  PLENUM_ADMIN_PORT: {
    section: 'listen',
    absent: 'none',
    text: 'A listener of its own on `HOST`, for the admin token and `/metrics`. The public port then takes users’ tokens only.',
  },
  PLENUM_TRANSPORTS: {
    section: 'listen',
    text: '`websocket,polling` needs sticky sessions, see [load balancers](../operations/load-balancers.md).',
  },
  PLENUM_CORS_ORIGINS: {
    section: 'listen',
    text: 'Exact origins, checked for WebSocket too, also of apps (`capacitor://localhost`). The same origin is always allowed; in dev mode any localhost origin.',
  },
  PLENUM_TRUST_PROXY: {
    section: 'listen',
    text: 'Addresses and CIDR blocks of proxies whose `X-Forwarded-For` (or `Forwarded`) names the client, and whose `X-Forwarded-Host` its host.',
  },
  PLENUM_DOCS: {
    section: 'listen',
    text: '`off`: the node serves no page at `/docs`. See [this site on a node](../operations/index.md#this-site-on-a-node).',
  },
  PLENUM_PLAYGROUND: {
    section: 'listen',
    absent: '`1` in dev mode, else `0`',
    text: '`1`: the playground is at `/`, a page in which two people chat and see every request and push. Outside of dev mode it asks for a token. See [the playground](../guides/playground.md).',
  },
  PLENUM_CONSOLE: {
    section: 'listen',
    text: '`1`: the console for operators is at `/console`, on `PLENUM_ADMIN_PORT` where that is set. It asks for an admin token. See [the console](../operations/console.md).',
  },
  PLENUM_SERVICE: { section: 'listen', text: 'The `service` of the built-in requests.' },
  PLENUM_EVENT: { section: 'listen', text: 'The event name of client requests.' },
  PLENUM_ENGINE: {
    section: 'store',
    absent: 'none',
    text: '`memory`: one process without Redis, which forgets everything when it ends; has to be said where `NODE_ENV` is `production` or `HOST` is no loopback address. `redis`: a missing `REDIS_URL` stops the start anywhere.',
  },
  REDIS_URL: {
    section: 'store',
    absent: 'none: memory engine',
    text: 'Redis 7.0 or newer, or Valkey 8: `redis://` or `rediss://`. Sentinels: `redis+sentinel://host:26379,host:26379/mymaster` (`user:password@` before the hosts is for Redis, `?sentinel_password=` for the Sentinels). Cluster: several URLs with commas between them, or one of any of its servers. Only database 0: services share a Redis by `PLENUM_PREFIX`. With `rediss://`, behind the `?`: `tls_ca`, `tls_cert` and `tls_key` (paths) and `tls_servername`, [TLS to Redis](../operations/redis.md#tls).',
  },
  PLENUM_PREFIX: {
    section: 'store',
    text: 'The prefix of keys and channels: several services on one Redis never meet.',
  },
  PLENUM_JWT_SECRET: {
    section: 'identity',
    absent: 'dev: made once',
    text: 'The HS256 secret. Several with commas between them: each counts, the first signs. One that has a comma goes into the configuration file, in a list. [How to replace it](../operations/secrets.md).',
  },
  PLENUM_JWKS_URL: {
    section: 'identity',
    absent: 'none',
    text: 'Users by the public keys of an identity provider: RS, PS, ES and EdDSA only. While it is away its last keys count for a day. The keys come over `https://` from any address, over plain `http://` only from what `PLENUM_WEBHOOK_ALLOW` names; a user and a password in the URL are sent as HTTP Basic.',
  },
  PLENUM_JWKS_ISSUER: { section: 'identity', absent: 'none', text: 'The `iss` that a token needs.' },
  PLENUM_JWKS_AUDIENCE: {
    section: 'identity',
    absent: 'none',
    text: 'The `aud` that a token needs. Without it the node warns at boot, since tokens for other applications count too.',
  },
  PLENUM_TOKEN_MAX_AGE: {
    section: 'identity',
    text: 'The end of a token without `exp`, counted from its `iat`. `none`: no such end; the node warns at boot. In any case a token counts for 400 days after its `iat` at most, and one without `iat` only in the 400 days before its `exp`; one with neither, or with an `iat` more than 60 s ahead, is `unauthenticated`.',
  },
  PLENUM_ADMIN_TOKEN: {
    section: 'identity',
    absent: 'dev: made once',
    text: 'The bearer token with which REST acts as the service, at least 32 bytes outside dev mode; several with commas between them. [Tokens with fewer rights](../operations/secrets.md#admin-tokens-with-scopes).',
  },
  PLENUM_CREATE: { section: 'groups', text: 'Who may create groups: any user, or the service only.' },
  PLENUM_CREATE_ON_JOIN: {
    section: 'groups',
    text: '`public`: joining an unknown id creates a public group with the joiner as admin. For 10 minutes after a delete it does not re-create a group that was private or had bans: `group_not_found`.',
  },
  PLENUM_READ_MARKS_OF_OTHERS: {
    section: 'groups',
    text: '`off`: `list_read_marks` is `forbidden` to users.',
  },
  PLENUM_FANOUT: { section: 'groups', text: '`plain`: the ordinary path of Socket.IO.' },
  PLENUM_MESSAGE_MAX_BYTES: { section: 'groups', unit: 'UTF-8 bytes', text: 'The longest `message`.' },
  PLENUM_EMPTY_GROUP_TTL: {
    section: 'groups',
    text: 'A public group that had no member and no entry for so long ends, with the entry `deleted`. `none` or 0: never.',
  },
  PLENUM_RATE_PER_SEC: {
    section: 'rates',
    unit: 'messages/s',
    text: 'The refill of the token bucket per (user, group), for the whole cluster.',
  },
  PLENUM_RATE_BURST: { section: 'rates', unit: 'messages', text: 'Its size.' },
  PLENUM_MEMBERSHIP_RATE_PER_SEC: {
    section: 'rates',
    unit: 'changes/s',
    text: 'Joins, leaves and creates per user; the service’s own are free.',
  },
  PLENUM_MEMBERSHIP_RATE_BURST: { section: 'rates', unit: 'changes', text: 'The size of that bucket.' },
  PLENUM_CHANGE_RATE_PER_SEC: {
    section: 'rates',
    unit: 'changes/s',
    text: 'Every change that a user makes in a group, per (user, group): create, join, leave, accept, reject, kick, ban, unban, mute, unmute, promote, demote, transfer, update, delete; the service’s own are free.',
  },
  PLENUM_CHANGE_RATE_BURST: { section: 'rates', unit: 'changes', text: 'The size of that bucket.' },
  PLENUM_MAX_GROUPS_PER_USER: {
    section: 'bounds',
    unit: 'groups',
    text: 'Groups that exist and were created by one user; 0: no limit. Above it `limit_reached`.',
  },
  PLENUM_MAX_REQUESTS_PER_USER: {
    section: 'bounds',
    unit: 'groups',
    text: 'Groups in which one user waits for acceptance; 0: no limit. Above it `limit_reached`. In one group at most 1,000 applicants wait (`group_full`).',
  },
  PLENUM_MAX_BANS_PER_GROUP: {
    section: 'bounds',
    unit: 'bans',
    text: 'Bans of a group at a time, those that have ended not counted; 0: no limit. Above it `limit_reached`.',
  },
  PLENUM_MAX_CONNECTIONS_PER_USER: {
    section: 'bounds',
    unit: 'connections',
    text: `Connections of one user to one node: counts ${counted}.`,
  },
  PLENUM_MAX_CONNECTIONS_PER_IP: {
    section: 'bounds',
    unit: 'connections',
    text: `Connections of one address to one node: counts ${counted}.`,
  },
  PLENUM_MAX_UNAUTHENTICATED_PER_IP: {
    section: 'bounds',
    unit: 'connections',
    text: 'Connections of one address that have no admitted user (yet), likewise.',
  },
  PLENUM_CONNECT_RATE_PER_SEC: {
    section: 'bounds',
    unit: 'connects/s',
    text: 'Connects that a node admits, each worker by itself; 0: no limit. Those above wait in line for up to 5 s; one that would wait longer is [refused](../concepts/resume.md#refused) with `node_busy`, and comes back.',
  },
  PLENUM_CONNECT_RATE_BURST: {
    section: 'bounds',
    unit: 'connects',
    text: 'How many of them at once.',
  },
  PLENUM_MAX_UNREAD_BYTES: {
    section: 'bounds',
    unit: 'bytes',
    text: 'What may wait in a node for peers which do not read, WebSockets and HTTP answers together. An address has half of it, a user a quarter, a connection an eighth. Above it the worst connection is cut, a socket with `closing` `slow_consumer`.',
  },
  PLENUM_HISTORY_MAX_ENTRIES: {
    section: 'log',
    unit: 'entries',
    text: 'Retention of the log of a group. `history` reads older entries from an archive.',
  },
  PLENUM_HISTORY_MAX_AGE: { section: 'log', text: 'The same by age.' },
  PLENUM_MIDDLEWARES: {
    section: 'adapters',
    absent: 'auth,rate_limit,moderation',
    text: 'The steps of a send before it is stored, in their order, with commas between them; `none` for none. Your own have the names of the [configuration file](../guides/your-own-code.md).',
  },
  PLENUM_MODERATION_URL: {
    section: 'adapters',
    absent: 'none',
    text: 'Webhook `message.proposed` `{ group_id, from_user_id, message, field? }`, answered `{ "allowed": boolean, "reason"?: string }`. It is asked about messages, and about the texts of a user’s change that members see: `field` is `reason`, `note`, or `metadata`, each text and key of which is a line of `message`.',
  },
  PLENUM_MODERATION_WORDS: {
    section: 'adapters',
    absent: 'none',
    text: 'At most 2,000 words with commas between them, or `@path` of a file with one per line. They are found in disguise, not inside other words, and before the webhook is asked. Disguises are digits and signs for letters (`fr4ck`), letters drawn out (`frrrack`), accents and marks, characters without a shape, look-alikes of another script within a word, letters spelt one by one (`f r a c k`, `f.r.a.c.k`), signs and digits around it (`__frack__`, `frack1`). Not seen through: a word wholly in letters of another script, letters left out (`fr*ck`), one space inside (`fr ack`).',
  },
  PLENUM_MODERATION_ON_FAILURE: {
    section: 'adapters',
    text: 'Without a verdict of moderation: `closed` refuses with `unavailable`, `open` accepts.',
  },
  PLENUM_AUTH_URL: {
    section: 'adapters',
    absent: 'none',
    text: 'Webhook `action.proposed` `{ user_id, group_id, action }`, answered `{ "allowed": boolean, "reason"?: string }`; `action` is `create`, `join`, `subscribe`, `send` or `history`.',
  },
  PLENUM_AUTH_ON_FAILURE: { section: 'adapters', text: 'Without a verdict of authorization, likewise.' },
  PLENUM_ARCHIVE_URL: {
    section: 'adapters',
    absent: 'none',
    text: '`postgres://…`: every entry once, by `message_id`, in the table `plenum_entries`, which it makes and migrates itself, and `history` beyond the log. An entry whose data PostgreSQL refuses becomes a dead letter; the rest of its batch is saved. TLS: `?sslmode=verify-full&sslrootcert=<path>`, [PostgreSQL by TLS](../operations/secrets.md#postgresql-by-tls). `none` ends the archive for all nodes.',
  },
  PLENUM_ARCHIVE_PREVIOUS_TEXTS: {
    section: 'adapters',
    text: 'Whether the archive keeps the texts that edits replace, in the table `plenum_previous_texts`. A take-down removes them in any case.',
  },
  PLENUM_NOTIFIER_URL: {
    section: 'adapters',
    absent: 'none',
    text: 'Webhook `message.relayed` `{ recipients: [{ user_id, online }], message }`, at most 500 recipients. 2xx: done. 4xx: never again (except 408, 425, 429). Anything else: later. `none` ends the notifier for all nodes.',
  },
  PLENUM_WEBHOOK_SECRETS: {
    section: 'adapters',
    text: '`whsec_…` of 24 to 64 bytes, with commas between them; several while they are replaced.',
  },
  PLENUM_WEBHOOK_ALLOW: {
    section: 'adapters',
    text: 'Host names, addresses and CIDR blocks that may be private or plain `http://`: `moderation.internal,10.0.0.0/8`. A listed name may have any address; a name that is not listed may have addresses of a listed block.',
  },
  PLENUM_ROOM_QUEUE_LIMIT: {
    section: 'delivery',
    unit: 'entries',
    text: 'Messages and group events of a group that were accepted and not archived yet. Above it sends and changes are `room_overloaded`, with a hint when to retry. `ban_member` and `mute_member` work up to twice the limit, and `leave_group`, `reject_member`, `kick_member`, `demote_member` and `delete_group` always work.',
  },
  PLENUM_DELIVERY_BATCH_SIZE: {
    section: 'delivery',
    unit: 'entries',
    text: 'Entries per call of the archive.',
  },
  PLENUM_DELIVERY_TICK_MS: {
    section: 'delivery',
    unit: 'ms',
    text: 'How often an idle outbox is looked at.',
  },
  PLENUM_DELIVERY_MAX_RETRIES: {
    section: 'delivery',
    unit: 'retries',
    text: 'Retries of a refused entry before it becomes a dead letter.',
  },
  PLENUM_DELIVERY_RETRY_BASE_MS: {
    section: 'delivery',
    unit: 'ms',
    text: 'The pause before the first retry, which doubles.',
  },
  PLENUM_NOTIFIER_BACKLOG_MAX: {
    section: 'delivery',
    unit: 'entries',
    text: 'Entries of a partition that wait for the notifier. Of a longer line the oldest are set aside and delivered in turn with the messages of other groups, no longer in order.',
  },
  PLENUM_DEAD_LETTERS_MAX: {
    section: 'delivery',
    unit: 'entries',
    text: 'Of each group: dead letters of the notifier that are kept (new ones replace the oldest), and messages that are kept for another attempt at the notifier. Dead letters of the archive count for the queue of their group.',
  },
  PLENUM_CLUSTER_STRATEGY: {
    section: 'cluster',
    text: '`owner`: every partition belongs to the live node that hashing prefers. `local`: one node owns them all, and a second one refuses to start.',
  },
  PLENUM_LEASE_TTL_MS: {
    section: 'cluster',
    unit: 'ms',
    text: 'Partitions of a node whose heartbeat is missing for this long go to others, at most a third of it later. The same on every node.',
  },
  PLENUM_LOG_LEVEL: {
    section: 'other',
    text: 'The level of pino; JSON lines outside dev mode. Of an error only type, code, text and stack are logged, and URLs in them without user, password and query.',
  },
  PLENUM_TRACING: {
    section: 'other',
    text: '`on`: OpenTelemetry spans of requests, scripts, adapters, fan-out and deliveries, by the SDK that the process has loaded. Needs the package `@opentelemetry/api`. See [tracing](../operations/tracing.md).',
  },
};
