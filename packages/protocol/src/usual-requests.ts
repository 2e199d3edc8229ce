/**
 * The usual request, recognised by hand: its schemas cost more than all else that happens to a message before it is sent
 * on. What is not recognised here goes through its schema, which alone says what is wrong with it.
 */
import type { RequestEnvelope } from './envelope.ts';
import { isGroupId, isRequestId } from './ids.ts';
import type { RequestArgs } from './requests.ts';
import { exceedsBytes, holdsNul, isPlainObject } from './text.ts';

const isName = (input: unknown): boolean =>
  typeof input === 'string' && input.length > 0 && input.length <= 64;

const envelopeFields: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['service', isName],
  ['request_type', isName],
  ['request_id', isRequestId],
  ['args', isPlainObject],
]);

/** False says nothing. */
export function isUsualEnvelope(input: unknown): input is RequestEnvelope {
  if (!isPlainObject(input) || !Object.hasOwn(input, 'request_type')) return false;
  for (const key of Object.keys(input)) {
    if (envelopeFields.get(key)?.(Reflect.get(input, key)) !== true) return false;
  }
  return true;
}

/** False says nothing. */
export function isUsualMessage(args: unknown, messageMaxBytes: number): args is RequestArgs<'relay_msg'> {
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
