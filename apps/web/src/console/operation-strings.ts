/** The texts of the pages about running the cluster. */

const nodes = (count: number) => (count === 1 ? '1 node' : `${count} nodes`);
const partitions = (count: number) => (count === 1 ? '1 partition' : `${count} partitions`);
const of = (count: number, all: number) => `${count} of ${all}`;

export const cluster = {
  whole: (count: number) => `${nodes(count)}, all answer`,
  one: '1 node, it answers',
  missing: (count: number, all: number) =>
    `${of(count, all)} nodes ${count === 1 ? 'does' : 'do'} not answer`,
  draining: (count: number) => (count === 1 ? 'one drains' : `${count} drain`),
  asOf: (age: string) => `Read ${age} ago. The page continues by itself when the cluster answers.`,

  charts: {
    title: 'The last minutes',
    sent: 'Messages sent',
    delivered: 'Delivered',
    requests: 'Requests',
    requestMs: 'Request time',
    loopLag: 'Loop lag',
    memory: 'Memory',
    sockets: 'Sockets',
    perSecond: '/s',
    ofAll: 'all nodes',
    ofSlowest: 'p99 of the slowest node',
    ofBusiest: 'of a core, the busiest node',
    cpu: 'CPU',
    waiting: 'reading',
    now: (title: string, value: string, about: string) => `${title}: ${value} now, ${about}`,
  },

  owners: {
    title: 'Partitions and their owners',
    text: 'A group lies in a partition. Its owner delivers to archive and notifier. Partitions move when a node comes, drains or dies.',
    picture: 'Picture',
    table: 'Table',
    view: 'Shown as',
    list: 'Nodes with their partitions',
    count: partitions,
    unowned: 'No owner now',
    noMoves: 'No partition has moved since this page was opened.',
    cell: (partition: number, owner: string, token: number | null) =>
      `Partition ${partition}, ${owner}${token === null ? '' : `, token ${token}`}`,
    moved: (count: number, from: string, to: string) => `${partitions(count)} from ${from} to ${to}`,
    nowhere: 'no owner',
    moves: 'Moves',
    node: 'Node',
    state: 'State',
    owned: 'Partitions',
    numbers: 'Numbers',
    find: 'Find a group',
    findLabel: 'Id of a group',
    found: (partition: number, owner: string) => `partition ${partition}, owned by ${owner}`,
    foundMoving: (partition: number) => `partition ${partition}, which has no owner at this moment`,
  },

  states: {
    up: 'answers',
    draining: 'draining',
    missing: 'does not answer',
    gone: 'gone',
  },

  table: {
    title: 'Nodes',
    figures: 'Figures of the nodes',
    node: 'Node',
    state: 'State',
    sent: 'Sent/s',
    delivered: 'Delivered/s',
    requests: 'Requests/s',
    p50: 'p50',
    p99: 'p99',
    queue: 'Queue',
    queueHint: 'Messages that wait for an adapter, and bytes that wait for slow sockets',
    lag: 'Loop lag p99',
    memory: 'Memory',
    cpu: 'CPU',
    redis: 'Redis',
    sockets: 'Sockets',
    up: 'Up for',
    act: 'Act',
    version: (version: string) => `version ${version}`,
    buffered: (bytes: string) => `${bytes} in buffers`,
    drain: 'Drain',
    drainOf: (node: string) => `Drain ${node}`,
    left: (sockets: number, count: number) =>
      `${sockets === 1 ? '1 socket' : `${sockets} sockets`} and ${partitions(count)} left`,
    progress: 'Drained',
  },

  drain: {
    title: (node: string) => `Drain ${node}`,
    text: 'The node takes no new clients, asks its own to connect again, which the others take, and gives its partitions away. Its process ends only when its supervisor ends it.',
    submit: 'Drain',
    last: 'It is the only node that answers: clients would have no place to go.',
  },
} as const;

export const health = {
  shardsAway: (count: number) =>
    count === 1 ? '1 shard of Redis does not answer' : `${count} shards of Redis do not answer`,
  shardsText:
    'Groups of other shards work. Groups of a shard that is away answer unavailable until it is back.',
  notReady: 'The node does not reach Redis',
  notReadyText: 'Requests are answered with unavailable, and clients try again by themselves.',
  noReadyNode: 'No node is ready',
  noReadyNodeText: 'The balancer answers in place of the nodes. Without Redis no node is ready.',
  noNode: 'No node answers',
  noNodeText: 'The page asks again every few seconds, and continues by itself.',
  draining: 'The node that answers this page is draining',
  notice: 'The node has a notice',
} as const;

export const adapters = {
  text: 'An adapter is what the nodes call: the archive and the notifier get every message, moderation and auth are asked. After failures in a row a node opens its breaker and pauses the calls.',
  none: 'This cluster has no adapters. Settings such as PLENUM_ARCHIVE and PLENUM_NOTIFIER configure them.',
  names: { archive: 'Archive', notifier: 'Notifier', moderation: 'Moderation', auth: 'Auth' },
  abouts: {
    archive: 'keeps every message',
    notifier: 'gets every message as a webhook',
    moderation: 'is asked before a message is stored',
    auth: 'is asked when a user connects',
  },
  closed: 'works',
  open: (open: number, all: number) => `breaker open on ${of(open, all)} nodes`,
  perNode: 'By node',
  node: 'Node',
  breaker: 'Breaker',
  breakerOpen: 'open',
  breakerClosed: 'closed',
  delivered: 'Taken',
  rate: 'Taken/s',
  queue: 'Waiting',
  retries: 'Retries',
  failures: 'Failures',
  denials: 'Refusals',
  deadLetters: 'Dead letters',
  see: 'See the dead letters',
} as const;

export const deadLetters = {
  text: 'Entries that an adapter has not taken after all attempts. A retry puts them into the queue again; a delete drops the delivery, never the message.',
  none: 'No delivery was given up.',
  noneOfFilter: 'No dead letter matches.',
  list: 'Dead letters',
  tried: (attempts: number) => (attempts === 1 ? 'tried once' : `tried ${attempts} times`),
  kind: 'Adapter',
  anyKind: 'Any adapter',
  filter: 'Group, reason or message id',
  died: 'Given up',
  group: 'Group',
  reason: 'Reason',
  attempts: 'Attempts',
  select: (id: string) => `Select ${id}`,
  selectAll: 'Select all that are shown',
  payload: 'Entry',
  raw: 'Stored text',
  unreadable: 'not readable',
  message: 'Message',
  retry: 'Retry',
  delete: 'Delete',
  retrySelected: (count: number) => `Retry ${count}`,
  deleteSelected: (count: number) => `Delete ${count}`,
  ofFilter: 'All that match',
  retryAll: 'Retry all that match',
  deleteAll: 'Delete all that match',
  shown: (count: number, isAll: boolean) => `${count}${isAll ? '' : '+'}`,
  selected: (count: number) => `${count} selected`,
  deleteTitle: 'Delete dead letters',
  deleteText: (count: string) =>
    `${count} will not be delivered to the adapter. The messages stay in their groups. It cannot be taken back.`,
  word: 'delete',
  wordLabel: 'To confirm',
  wordHint: 'Type delete',
  otherWord: 'The word is delete.',
  counted: (count: number) => (count === 1 ? '1 dead letter' : `${count} dead letters`),
  allCounted: 'All dead letters that match',
  run: {
    retry: 'Retrying',
    delete: 'Deleting',
    done: (done: number, failed: number) => `${done} done${failed === 0 ? '' : `, ${failed} refused`}`,
    stop: 'Stop',
    stopped: 'Stopped',
    finished: 'Finished',
    close: 'Close',
  },
} as const;

export const audit = {
  text: 'Every act of an admin token, and every denial. No line has a body.',
  none: 'No line yet.',
  noneOfFilter: 'No line matches.',
  act: 'Act',
  anyAct: 'Any act',
  name: 'Token',
  anyName: 'Name of a token',
  at: 'Time',
  actingAs: (userId: string) => `as ${userId}`,
  target: 'Target',
  outcome: 'Outcome',
  address: 'Address',
  node: 'Node',
  request: 'Request',
  filter: 'Filter',
  clear: 'Clear',
} as const;

export const verify = {
  text: 'A canary: a private group whose members are connections of this page. Each message is counted on every connection, through the balancer and the nodes, as an application sees it.',
  meanwhile:
    'While it runs, drain or kill a node. The canary continues while other pages of the console are open:',
  connections: 'Connections',
  messages: 'Messages',
  perSecond: 'Per second',
  start: 'Start a canary',
  noSockets:
    'This port takes no sockets (PLENUM_ADMIN_PORT). The command plenum verify checks deliveries too.',
  stop: 'Stop sending',
  fast: (perSecond: number) =>
    `By default a user sends at most 10 messages per second: the group takes about ${perSecond} per second.`,
  phases: {
    making: 'Making the group',
    connecting: 'Connecting',
    sending: 'Sending',
    waiting: 'Waiting for the last messages',
  },
  failed: 'The canary could not run',
  good: 'Every message came once, in order, on every connection',
  bad: 'Messages were lost, doubled or out of order',
  about: (settings: { connections: number; messages: number; perSecond: number }, took: string) =>
    `${settings.connections} connections, ${settings.messages} messages, ${settings.perSecond} per second, ${took}`,
  copyText: 'Copy as text',
  copyJson: 'Copy as JSON',
  acknowledged: 'Acknowledged',
  delivered: 'Delivered',
  lost: 'Lost',
  duplicated: 'Duplicated',
  reordered: 'Reordered',
  p50: 'p50',
  p99: 'p99',
  losses: 'Reconnects',
  connection: 'Connection',
  state: 'State',
  byConnection: 'By connection',
  statuses: {
    idle: 'new',
    connecting: 'connecting',
    connected: 'connected',
    waiting: 'reconnecting',
    closed: 'closed',
  },
  group: 'Group',
  cleaned: 'Deleted group',
} as const;

const devices = (count: number) => (count === 1 ? '1 device' : `${count} devices`);
const call = (count: number) => `call ${count}`;

export const trace = {
  text: 'Sends one message and shows when each part of the cluster had it: where the time goes, and which node or adapter has not got it.',
  group: 'Group',
  user: 'As the member',
  message: 'Text, optional',
  send: 'Send and trace',
  hint: 'It is a message as any other: the members see it, and adapters get it.',
  stages: {
    gateway: 'Gateway',
    script: 'Script',
    feed: 'Feed',
    devices: 'Devices',
    archive: 'Archive',
    notifier: 'Notifier',
  },
  counts: { gateway: devices, script: devices, feed: devices, devices, archive: call, notifier: call },
  took: (ms: string) => `took ${ms}`,
  tick: (ms: number) => `${ms} ms`,
  recipients: (count: number) => (count === 1 ? '1 recipient' : `${count} recipients`),
  missing: (labels: string) => `Did not answer, so their part is not known: ${labels}`,
  summary: (storedMs: number | null, last: { ms: number; devices: number; nodes: number } | null) =>
    [
      storedMs === null ? 'When it was stored is not known' : `Stored after ${storedMs.toFixed(1)} ms`,
      last === null
        ? 'no device has it'
        : `written to ${devices(last.devices)} on ${nodes(last.nodes)} after ${last.ms.toFixed(1)} ms`,
    ].join(', '),
} as const;
