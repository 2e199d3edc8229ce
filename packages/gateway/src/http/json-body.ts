import { isUtf8 } from 'node:buffer';
import { PlenumError } from '@plenum/core';
import { limits } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';

/**
 * Parses a body as JSON in UTF-8; an empty body is undefined. Names like `__proto__` are harmless: schemas read the
 * parsed value. Throws `PlenumError` for the error handler.
 */
function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw new PlenumError({ code: 'invalid_utf8', error: 'body is not valid UTF-8' });
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new PlenumError({ code: 'invalid_request', error: 'body is not valid JSON' }, { cause });
  }
}

export function acceptJsonOnly(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: limits.frameMaxBytes },
    async (_request: unknown, body: Buffer) => parseBody(body),
  );
}
