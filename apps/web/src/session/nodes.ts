/** The nodes of `npm run cluster`: which one a person is connected to, and whether each is running. */
import type { ClusterNodes } from '@plenum/protocol';
import { useEffect, useState } from 'react';
import type { Person } from './person.ts';
import { useStore } from './store.ts';

const isClusterNodes = (value: unknown): value is ClusterNodes =>
  typeof value === 'object' && value !== null && 'nodes' in value;
/** While a node is away, it is asked again this often, ms. */
const watchMs = 700;

/** @returns null outside of `npm run cluster`, and while the person is not connected */
export function useNodes(person: Person): ClusterNodes | null {
  const isConnected = useStore(person.wire.isConnected);
  const [nodes, setNodes] = useState<ClusterNodes | null>(null);
  const isAsked = person.settings.has_cluster && isConnected;
  useEffect(() => {
    if (!isAsked) return setNodes(null);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async () => {
      const answer = await person.wire.ask('nodes');
      if (isOver) return;
      const found = answer?.success === true && isClusterNodes(answer.result) ? answer.result : null;
      if (found !== null) setNodes(found);
      const isWhole = found?.nodes.every(({ pid }) => pid !== null) === true;
      timer = setTimeout(() => void ask(), isWhole ? watchMs * 4 : watchMs);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [person, isAsked]);
  return isAsked ? nodes : null;
}

export function killNode(person: Person, node: number): void {
  void person.wire.ask('kill_node', { node });
}
