/** What a node holds after a garbage collection; it has to be started with these options. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { OwnProcess } from '../systems/child-process.ts';

/** Built, also when this file is run from source. */
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

/** @throws Error if the node answers something else. */
export async function memoryOf({ child }: OwnProcess): Promise<NodeMemory> {
  const answered = once(child, 'message');
  child.send('gauge');
  const [message]: unknown[] = await answered;
  if (!isAnswer(message)) throw new Error(`a node answered ${JSON.stringify(message)}`);
  return message.gauge;
}
