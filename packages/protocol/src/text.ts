/** Checks text and JSON that users write: size in UTF-8 bytes, lone surrogates, nesting. */
import { z } from 'zod';
import { limits } from './limits.ts';

const encoder = new TextEncoder();

/** True if the text has more UTF-8 bytes than `maxBytes`; encodes it only when its length does not decide that. */
export function exceedsBytes(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  return encoder.encode(text).length > maxBytes;
}

/** True when `value` nests deeper than `maxDepth` levels; never recurses, so no input can exhaust the stack. */
export function isDeeperThan(value: unknown, maxDepth: number): boolean {
  let level: object[] = typeof value === 'object' && value !== null ? [value] : [];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= maxDepth) return true;
    const next: object[] = [];
    for (const node of level) {
      for (const child of Object.values(node)) {
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return false;
}

/** True when a key or a text anywhere in `value`, whose depth is bounded, holds a lone surrogate. */
function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, child]) => !key.isWellFormed() || hasLoneSurrogate(child));
}

const beyondNumbers = 'is a number beyond the range of JSON numbers';

/**
 * The path of a number that JSON cannot write again, anywhere in `value`, whose depth is bounded; null: there is
 * none.
 */
function infinityIn(value: unknown): readonly string[] | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : [];
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return null;
  for (const [key, child] of Object.entries(value)) {
    const path = infinityIn(child);
    if (path !== null) return [key, ...path];
  }
  return null;
}

/** The field with such a number and a sentence about it; null: there is none. */
export function infinityProblem(value: unknown): { readonly field: string; readonly error: string } | null {
  const path = infinityIn(value);
  if (path === null) return null;
  const field = path.join('.').slice(0, 256);
  return { field, error: `${field} ${beyondNumbers}`.trim() };
}

/** PostgreSQL stores no U+0000 in a text or in a `jsonb`: a message with one could never be archived. */
export const holdsNul = (text: string): boolean => text.includes('\0');

/** Describes why a value inside `metadata` cannot be stored unchanged; null: it can. */
function oddityOf(value: unknown): string | null {
  // A binary attachment of Socket.IO.
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'holds bytes, which are no JSON';
  // JSON.parse turns 1e999 into Infinity, and JSON.stringify turns that into null.
  if (typeof value === 'number' && !Number.isFinite(value)) return beyondNumbers;
  // 12345678901234567890 would be kept as 12345678901234567000.
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return 'is an integer of 2^53 or more, which is not kept exactly: write it as a text';
  }
  return typeof value === 'string' && holdsNul(value) ? 'holds U+0000' : null;
}

interface Oddity {
  readonly path: readonly string[];
  readonly what: string;
}

/** The first odd value or key anywhere in `value`, whose depth is bounded. */
function findOddity(value: unknown): Oddity | null {
  const what = oddityOf(value);
  if (what !== null) return { path: [], what };
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, child] of Object.entries(value)) {
    if (holdsNul(key)) return { path: [], what: 'has a key that holds U+0000' };
    const found = findOddity(child);
    if (found !== null) return { path: [key, ...found.path], what: found.what };
  }
  return null;
}

/** The body of a message: 1 byte to `maxBytes` UTF-8 bytes, no lone surrogate, no U+0000. */
export const messageTextSchema = (maxBytes: number, name = 'message') =>
  z
    .string({ error: `${name} must be a string` })
    .superRefine((text, context) => {
      const refuse = (code: string, message: string, limit?: number) =>
        context.addIssue({
          code: 'custom',
          message,
          params: { code, ...(limit === undefined ? {} : { limit }) },
        });
      if (text.length === 0) refuse('invalid_content', `${name} must not be empty`, 1);
      else if (exceedsBytes(text, maxBytes)) {
        refuse('message_too_large', `${name} is larger than ${maxBytes} bytes`, maxBytes);
      } else if (!text.isWellFormed()) refuse('invalid_utf8', `${name} holds a lone surrogate`);
      else if (holdsNul(text)) refuse('invalid_content', `${name} holds U+0000`);
    })
    .meta({
      minLength: 1,
      // JSON Schema counts characters, and each takes at least one byte.
      maxLength: maxBytes,
      description: `The text, 1 to ${maxBytes} bytes in UTF-8`,
      examples: ['Lunch at noon?'],
    });

/** A text of at most `maxBytes` UTF-8 bytes, without a lone surrogate and without U+0000. May be empty. */
const shortTextSchema = (what: string, maxBytes: number) =>
  z.string({ error: `${what} must be a string` }).superRefine((text, context) => {
    const refuse = (problem: string, params: object) =>
      context.addIssue({ code: 'custom', message: `${what} ${problem}`, params });
    if (exceedsBytes(text, maxBytes)) refuse(`is larger than ${maxBytes} bytes`, { limit: maxBytes });
    else if (!text.isWellFormed()) refuse('holds a lone surrogate', { code: 'invalid_utf8' });
    else if (holdsNul(text)) refuse('holds U+0000', {});
  });

/** A short explanation that one person writes for another. */
export const reasonSchema = shortTextSchema('reason', limits.reasonMaxBytes).meta({
  maxLength: limits.reasonMaxBytes,
  description: `Shown to the user and to the members, at most ${limits.reasonMaxBytes} bytes in UTF-8`,
  examples: ['Off topic'],
});

/** What a user writes to those who may accept it. */
export const noteSchema = shortTextSchema('note', limits.noteMaxBytes).meta({
  maxLength: limits.noteMaxBytes,
  description: `Of a request to join, for those who may accept it: at most ${limits.noteMaxBytes} bytes in UTF-8`,
  examples: ['I am new in the release team'],
});

/** True for an object that is no array and no bytes (a binary attachment of Socket.IO). */
export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** A JSON object that passes unchanged; `z.record` would drop a key `__proto__`. */
export const jsonObjectSchema = (what: string) =>
  z
    .custom<Record<string, unknown>>(isPlainObject, { error: `${what} must be a JSON object` })
    .meta({ type: 'object', additionalProperties: true });

/** Own data of an application: a JSON object of at most 4 KiB. */
const ownDataSchema = jsonObjectSchema('metadata').superRefine((metadata, context) => {
  if (isDeeperThan(metadata, limits.argsMaxDepth)) {
    context.addIssue({
      code: 'custom',
      message: `metadata nests deeper than ${limits.argsMaxDepth} levels`,
      params: { limit: limits.argsMaxDepth },
    });
    return;
  }
  const odd = findOddity(metadata);
  if (odd !== null) {
    const where = ['metadata', ...odd.path].join('.');
    context.addIssue({ code: 'custom', message: `${where} ${odd.what}`, path: [...odd.path] });
    return;
  }
  const text = JSON.stringify(metadata);
  if (exceedsBytes(text, limits.metadataMaxBytes)) {
    context.addIssue({
      code: 'custom',
      message: `metadata is larger than ${limits.metadataMaxBytes} bytes`,
      params: { limit: limits.metadataMaxBytes },
    });
  } else if (hasLoneSurrogate(metadata)) {
    context.addIssue({
      code: 'custom',
      message: 'metadata holds a lone surrogate',
      params: { code: 'invalid_utf8' },
    });
  }
});

const ownData = (of: string, example: Record<string, unknown>) => ({
  type: 'object' as const,
  additionalProperties: true,
  description: `Own data of the ${of}: a JSON object of at most ${limits.metadataMaxBytes} bytes of JSON text`,
  examples: [example],
});

/** A group's own data. */
export const metadataSchema = ownDataSchema.meta({
  id: 'Metadata',
  ...ownData('group', { topic: 'releases' }),
});
/** A message's own data. Plenum stores it and passes it on unchanged. */
export const messageMetadataSchema = ownDataSchema.meta({
  id: 'MessageMetadata',
  ...ownData('message', { format: 'markdown' }),
});
