/**
 * What the nodes of `npm run cluster` and the process that runs them send to each other, and the requests by which the playground
 * sees the nodes and kills one. They exist in such nodes only.
 */
import { succeed } from '@plenum/core';
import { type CustomRequest, defineRequest } from '@plenum/gateway';
import { type ClusterNode, type ClusterNodes, playgroundService } from '@plenum/protocol';
import { z } from 'zod';

/** From the process that runs the nodes. */
const shownNodesSchema = z.object({
  nodes: z.array(z.object({ number: z.int(), pid: z.int().nullable() })),
});
export type ShownNodes = z.infer<typeof shownNodesSchema>;

/** From a node. */
export const killAskedSchema = z.object({ kill: z.int() });
type KillAsked = z.infer<typeof killAskedSchema>;

/** Called once in a process that the cluster has started. */
export function clusterRequests(): readonly CustomRequest[] {
  let known: readonly ClusterNode[] = [];
  process.on('message', (message) => {
    const shown = shownNodesSchema.safeParse(message);
    if (shown.success) known = shown.data.nodes;
  });
  const nodesNow = (): ClusterNodes => ({
    node: known.find(({ pid }) => pid === process.pid)?.number ?? 0,
    nodes: known,
  });
  return [
    defineRequest({
      service: playgroundService,
      requestType: 'nodes',
      args: z.strictObject({}),
      handle: () => succeed(nodesNow()),
    }),
    defineRequest({
      service: playgroundService,
      requestType: 'kill_node',
      args: z.strictObject({ node: z.int() }),
      handle: ({ args }) => {
        const asked: KillAsked = { kill: args.node };
        process.send?.(asked);
        return succeed(nodesNow());
      },
    }),
  ];
}
