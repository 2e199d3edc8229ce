/**
 * The fast path of a message: plain requests are recognised by hand, because their schemas cost more than all other work of a
 * send on the node. What is not recognised here goes through its schema, which alone names the problem.
 */
import { isGroupId, isRequestId } from './ids.ts';
import type { RequestArgs } from './requests.ts';
import { exceedsBytes, holdsNul, isPlainObject } from './text.ts';

/** Assignable to `RequestEnvelope`. */
interface PlainEnvelope {
  readonly service?: string;
  readonly request_type: string;
  readonly request_id?: string;
  readonly args?: Record<string, unknown>;
}

const isName = (input: unknown): boolean =>
  typeof input === 'string' && input.length > 0 && input.length <= 64;

const envelopeFields: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['service', isName],
  ['request_type', isName],
  ['request_id', isRequestId],
  ['args', isPlainObject],
]);

/** False is inconclusive: fall back to the schema. */
export function isPlainEnvelope(input: unknown): input is PlainEnvelope {
  if (!isPlainObject(input) || !Object.hasOwn(input, 'request_type')) return false;
  for (const key of Object.keys(input)) {
    if (envelopeFields.get(key)?.(Reflect.get(input, key)) !== true) return false;
  }
  return true;
}

/** False is inconclusive: fall back to the schema. */
export function isPlainMessage(args: unknown, messageMaxBytes: number): args is RequestArgs<'relay_msg'> {
  if (!isPlainObject(args) || Object.keys(args).length !== 2) return false;
  const message: unknown = Reflect.get(args, 'message');
  return (
    isGroupId(Reflect.get(args, 'group_id')) &&
    typeof message === 'string' &&
    message.length > 0 &&
    !exceedsBytes(message, messageMaxBytes) &&
    message.isWellFormed() &&
    !holdsNul(message)
  );
}
