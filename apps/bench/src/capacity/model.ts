/** The capacity model: how many nodes and shards of Redis a load needs, and what is exhausted first. Pure arithmetic. */
import type { CapacityFigures } from './figures.ts';

/** A service at its busiest second. */
export interface Workload {
  /** Sockets that are open at a time, each of a user of its own. */
  readonly connections: number;
  /** Registered users per open socket. */
  readonly usersPerConnection: number;
  readonly groupsPerUser: number;
  readonly membersPerGroup: number;
  /** Of one connected user, over all groups of the user. */
  readonly messagesPerMinute: number;
  /** Sockets that connect and leave again, each with its joins, as a part of all per second. */
  readonly connectsPerSecond: number;
  /** Kept in the log of each group. */
  readonly logMessages: number;
  /** How long a repeated request is recognised. */
  readonly rememberSeconds: number;
}

/** What one process of each kind may use. */
export interface Machines {
  /** CPU of a node, as a part of its core. */
  readonly nodeCpu: number;
  readonly nodeBytes: number;
  /** CPU of a shard, as a part of its core. */
  readonly shardCpu: number;
  readonly shardBytes: number;
  /** Bytes per second that leave a node. */
  readonly nodeNetwork: number;
}

export interface Needs {
  readonly nodes: number;
  readonly shards: number;
  /** What a node has least of. */
  readonly nodeLimit: 'CPU' | 'memory' | 'network';
  readonly shardLimit: 'CPU' | 'memory';
  /** Of the whole cluster, per second. */
  readonly messagesPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly redisBytes: number;
  /** In PostgreSQL, per day at this rate; null: not measured. */
  readonly archiveBytesPerDay: number | null;
}

const secondsPerDay = 86_400;

/** The number of nodes decides how many of them receive a message, and that what they have to do: found by iteration. */
export function needsOf(figures: CapacityFigures, load: Workload, machines: Machines): Needs {
  let nodes = 1;
  for (;;) {
    const needed = nodesFor(figures, load, { machines, nodes });
    const most = Math.max(needed.CPU, needed.memory, needed.network);
    if (Math.ceil(most) <= nodes)
      return { ...allNeeds(figures, load, { machines, nodes }), nodeLimit: largestOf(needed) };
    nodes = Math.max(nodes + 1, Math.ceil(most));
  }
}

interface Sizes {
  readonly machines: Machines;
  readonly nodes: number;
}

/** Of one message: members of its group that are connected, and the nodes that have at least one of them. */
export function audienceOf({ usersPerConnection, membersPerGroup }: Workload, nodes: number) {
  const receivers = Math.max(1, membersPerGroup / usersPerConnection);
  // Members are spread over the nodes by chance: how many of them a number of throws hits.
  return { receivers, receptions: nodes * (1 - (1 - 1 / nodes) ** receivers) };
}

const messagesPerSecondOf = ({ connections, messagesPerMinute }: Workload) =>
  (connections * messagesPerMinute) / 60;

/** How many nodes each resource asks for, as fractions. */
function nodesFor({ node, frameBytes }: CapacityFigures, load: Workload, { machines, nodes }: Sizes) {
  const messages = messagesPerSecondOf(load);
  const { receivers, receptions } = audienceOf(load, nodes);
  const connects = load.connections * load.connectsPerSecond;
  const usPerSecond =
    load.connections * node.usPerIdleSecond +
    connects * (node.usPerConnect + node.usPerJoin * load.groupsPerUser) +
    messages * (node.usPerMessage + (receptions - 1) * node.usPerReception + receivers * node.usPerDelivery);
  return {
    CPU: usPerSecond / 1e6 / machines.nodeCpu,
    memory: (load.connections * node.bytesPerConnection) / (machines.nodeBytes - node.baseBytes),
    network: (messages * receivers * frameBytes) / machines.nodeNetwork,
  };
}

function allNeeds(
  figures: CapacityFigures,
  load: Workload,
  { machines, nodes }: Sizes,
): Omit<Needs, 'nodeLimit'> {
  const { redis, archive } = figures;
  const messages = messagesPerSecondOf(load);
  const { receivers, receptions } = audienceOf(load, nodes);
  const connects = load.connections * load.connectsPerSecond;
  const usPerSecond =
    connects * (redis.usPerConnect + redis.usPerJoin * load.groupsPerUser) +
    messages * (redis.usPerMessage + (receptions - 1) * redis.usPerReception);
  const redisBytes = redisBytesOf(redis, load);
  const needed = { CPU: usPerSecond / 1e6 / machines.shardCpu, memory: redisBytes / machines.shardBytes };
  return {
    nodes,
    shards: Math.ceil(Math.max(needed.CPU, needed.memory)),
    shardLimit: largestOf(needed),
    messagesPerSecond: messages,
    deliveriesPerSecond: messages * receivers,
    redisBytes,
    archiveBytesPerDay: archive === null ? null : messages * archive.bytesPerMessage * secondsPerDay,
  };
}

function redisBytesOf(redis: CapacityFigures['redis'], load: Workload): number {
  const users = load.connections * load.usersPerConnection;
  const groups = (users * load.groupsPerUser) / load.membersPerGroup;
  return (
    groups * (redis.bytesPerGroup + load.logMessages * redis.bytesPerMessage) +
    users * (redis.bytesPerMember + (load.groupsPerUser - 1) * redis.bytesPerFurtherMembership) +
    messagesPerSecondOf(load) * load.rememberSeconds * redis.bytesPerRememberedRequest
  );
}

function largestOf<Name extends string>(needed: Readonly<Record<Name, number>>): Name {
  const names = Object.keys(needed) as Name[];
  return names.reduce((most, name) => (needed[name] > needed[most] ? name : most));
}
