/** A small TCP load balancer for laptops: one port for several nodes. A connection goes to the node with the fewest. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface Balancer {
  readonly port: number;
  /** Existing connections keep their target. */
  setTargets(targets: readonly Target[]): void;
  close(): Promise<void>;
}

/** @throws Error with one sentence if the port is taken */
export async function startBalancer(port: number, host = '127.0.0.1'): Promise<Balancer> {
  const open = new Set<Socket>();
  const connections = new Map<Target, number>();
  const server = createServer((client) => {
    track(open, client);
    forward(client, byLoad(connections), { open, connections });
  });
  const boundPort = await listen(server, host, port);
  return {
    port: boundPort,
    setTargets: (targets) => {
      const kept = new Map([...connections].map(([target, count]) => [keyOf(target), count]));
      connections.clear();
      for (const target of targets) connections.set(target, kept.get(keyOf(target)) ?? 0);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

interface Links {
  readonly open: Set<Socket>;
  readonly connections: Map<Target, number>;
}

const keyOf = ({ host, port }: Target) => `${host}:${port}`;
const byLoad = (connections: ReadonlyMap<Target, number>): readonly Target[] =>
  [...connections].sort(([, a], [, b]) => a - b).map(([target]) => target);

/** Tries the targets in turn until one accepts. If none does, closes the client's connection. */
function forward(client: Socket, [target, ...others]: readonly Target[], links: Links): void {
  if (target === undefined || client.destroyed) {
    client.destroy();
    return;
  }
  const node = connect(target.port, target.host);
  track(links.open, node);
  const refused = () => forward(client, others, links);
  node.once('error', refused);
  node.once('connect', () => {
    node.off('error', refused);
    count(links, target, 1);
    node.once('close', () => count(links, target, -1));
    client.once('close', () => node.destroySoon());
    node.once('close', () => client.destroySoon());
    client.pipe(node).pipe(client);
  });
}

function count({ connections }: Links, target: Target, change: number): void {
  const current = connections.get(target);
  if (current !== undefined) connections.set(target, Math.max(0, current + change));
}

function track(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.setNoDelay(true);
  // An error such as a reset needs no handling: `close` follows and ends the other side.
  socket.on('error', () => {});
  socket.once('close', () => open.delete(socket));
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(
        isTaken
          ? new Error(`Port ${port} is taken: choose another one, for example PORT=${port + 1}`)
          : error,
      );
    });
    server.listen(port, host, () => {
      // From now on an error means that one connection could not be accepted.
      server.on('error', () => {});
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
