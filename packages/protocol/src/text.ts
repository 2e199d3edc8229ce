/** Text and JSON that users write: size in UTF-8 bytes, lone surrogates, nesting. */
import { z } from 'zod';
import { limits } from './limits.ts';

const encoder = new TextEncoder();

/** UTF-8 length without encoding where the answer is already certain. */
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

/** The body of a message: 1 byte to `maxBytes` UTF-8 bytes, no lone surrogate. */
export const messageTextSchema = (maxBytes: number) =>
  z.string({ error: 'message must be a string' }).superRefine((text, context) => {
    const refuse = (code: string, message: string, limit?: number) =>
      context.addIssue({
        code: 'custom',
        message,
        params: { code, ...(limit === undefined ? {} : { limit }) },
      });
    if (text.length === 0) refuse('invalid_content', 'message must not be empty', 1);
    else if (exceedsBytes(text, maxBytes)) {
      refuse('message_too_large', `message is larger than ${maxBytes} bytes`, maxBytes);
    } else if (!text.isWellFormed()) refuse('invalid_utf8', 'message holds a lone surrogate');
  });

/** A short explanation that a person writes for another. */
export const reasonSchema = z.string({ error: 'reason must be a string' }).superRefine((text, context) => {
  if (exceedsBytes(text, limits.reasonMaxBytes)) {
    context.addIssue({
      code: 'custom',
      message: `reason is larger than ${limits.reasonMaxBytes} bytes`,
      params: { limit: limits.reasonMaxBytes },
    });
  } else if (!text.isWellFormed()) {
    context.addIssue({
      code: 'custom',
      message: 'reason holds a lone surrogate',
      params: { code: 'invalid_utf8' },
    });
  }
});

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A group's own data: a JSON object of at most 4 KiB; passed through as it came. */
export const metadataSchema = z
  .custom<Record<string, unknown>>(isPlainObject, { error: 'metadata must be a JSON object' })
  .superRefine((metadata, context) => {
    if (isDeeperThan(metadata, limits.argsMaxDepth)) {
      context.addIssue({
        code: 'custom',
        message: `metadata nests deeper than ${limits.argsMaxDepth} levels`,
        params: { limit: limits.argsMaxDepth },
      });
      return;
    }
    const text = JSON.stringify(metadata);
    if (exceedsBytes(text, limits.metadataMaxBytes)) {
      context.addIssue({
        code: 'custom',
        message: `metadata is larger than ${limits.metadataMaxBytes} bytes`,
        params: { limit: limits.metadataMaxBytes },
      });
    }
  })
  .meta({ type: 'object', additionalProperties: true });
