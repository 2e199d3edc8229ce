import type { JsonObject } from './schemas.ts';
import type { Tag } from './tags.ts';

/** What the OpenAPI document says of an operation besides its shapes. */
export interface OperationRow {
  /** Stable: generated clients name their methods by it. A verb and a noun, so no language reserves it. */
  readonly operationId: string;
  readonly tag: Tag;
  readonly description?: string;
  /** What the success means. */
  readonly success?: string;
  /** Examples of path, query and header. */
  readonly parameters?: JsonObject;
  /** Fewest fields of a body that has no required one. */
  readonly minBodyFields?: number;
  readonly body?: JsonObject;
  readonly result?: JsonObject;
}
