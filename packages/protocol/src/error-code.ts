import { z } from 'zod';
import { type ErrorCode, errorCodes } from './errors.ts';

/**
 * Open in the OpenAPI document: a client generated from it takes codes that come later as text, instead of failing while it
 * reads the failure.
 */
export const errorCodeSchema = z
  .custom<ErrorCode>((code) => errorCodes.some((known) => known === code), { error: 'not an error code' })
  .meta({
    id: 'ErrorCode',
    type: 'string',
    description: `Codes can be added. Known: ${errorCodes.join(', ')}`,
    examples: ['not_a_member'],
    'x-extensible-enum': errorCodes,
  });
