/** Texts and examples of operations in the OpenAPI document, its sections, and values that several examples share. */
import type { JsonObject } from './schemas.ts';

/** The sections of the OpenAPI document. */
export const tags = [
  { name: 'groups', description: 'Create, find, change and delete groups' },
  { name: 'members', description: 'Who is in a group, and as what' },
  { name: 'messages', description: 'Send messages and read the log of a group' },
  { name: 'users', description: "A user's groups and connections" },
  { name: 'dead letters', description: 'Deliveries that an adapter has not taken, for operators' },
  { name: 'cluster', description: 'Nodes and partitions, for operators' },
  { name: 'node', description: 'The node that answers: health, documents, metrics' },
] as const;
type Tag = (typeof tags)[number]['name'];

export interface OperationRow {
  /** Stable: generated clients name their methods by it. A verb and a noun, so no language reserves it. */
  readonly operationId: string;
  readonly tag: Tag;
  readonly description?: string;
  /** The description of the success. */
  readonly success?: string;
  /** Examples of path, query and header. */
  readonly parameters?: JsonObject;
  /** The fewest fields of a body that has no required field. */
  readonly minBodyFields?: number;
  readonly body?: JsonObject;
  readonly result?: JsonObject;
}

/** The examples share one group `team`, its admin `ann` and one message. */
export const epoch = '1hq2x0';
export const timestamp = '2026-03-01T12:00:00.000Z';
export const team = { group_id: 'team' };
export const keyed = { 'Idempotency-Key': 'order-17-confirmed' };
export const page = { limit: 20 };
export const message = {
  type: 'message',
  ...team,
  from_user_id: 'ann',
  message: 'Lunch at noon?',
  timestamp,
  message_id: '1hq2x0-42',
  epoch,
  seq: 42,
  request_id: 'order-17-confirmed',
};
