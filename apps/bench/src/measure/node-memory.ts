/** What a node holds after a garbage collection; it has to be started with these options. */
import { fileURLToPath } from 'node:url';
import { nextMessageOf, type OwnProcess } from '../processes/child-process.ts';

/** The compiled script: it is used even when this file runs from source, so build first. */
const gauge = fileURLToPath(new URL('../../dist/systems/memory-gauge.js', import.meta.url));
export const gaugedNodeOptions = ['--max-semi-space-size=16', '--expose-gc', '--import', gauge];

export interface NodeMemory {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly openFiles: number;
}

/** Both ends are this program: the kind is all that has to be looked at. */
const isAnswer = (message: unknown): message is { readonly gauge: NodeMemory } =>
  typeof message === 'object' && message !== null && 'gauge' in message;

/** @throws Error if the node answers something else, or ends. */
export async function memoryOf(node: OwnProcess): Promise<NodeMemory> {
  const answered = nextMessageOf(node, 'a node');
  node.child.send('gauge');
  const message = await answered;
  if (!isAnswer(message)) throw new Error(`a node answered ${JSON.stringify(message)}`);
  return message.gauge;
}
