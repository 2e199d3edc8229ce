import { isUtf8 } from 'node:buffer';
import { PlenumError } from '@plenum/core';
import { limits } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';

/**
 * Bodies are JSON in UTF-8; an empty one counts as none. Names like `__proto__` are ordinary here: everything behind this
 * reads parsed values by schema. Throws what the error handler sends to the client.
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
