/**
 * The lines of an export: one JSON object per line. Fields that an export has and an import does not take (`message_id`, `seq`,
 * `joined_at`) are ignored by an import.
 */
import {
  groupIdSchema,
  importedMessageSchema,
  memberStatusSchema,
  metadataSchema,
  noteSchema,
  requestTable,
  roleSchema,
  userIdSchema,
} from '@plenum/protocol';
import { z } from 'zod';

const group = { group_id: groupIdSchema };

const settings = requestTable().create_group.args.shape;
/** The settings of `create_group`. An export has null for one that is not set. */
const groupLineSchema = z.object({
  type: z.literal('group'),
  ...settings,
  max_members: settings.max_members.nullable(),
  metadata: metadataSchema.nullish(),
  retention: settings.retention.nullable(),
  request_ttl_ms: settings.request_ttl_ms.nullable(),
});
const memberLineSchema = z.object({
  type: z.literal('member'),
  ...group,
  user_id: userIdSchema,
  roles: z.array(roleSchema).default(['member']),
  status: memberStatusSchema.default('active'),
  note: noteSchema.optional(),
});
const messageLineSchema = (messageMaxBytes: number) =>
  z.object({ type: z.literal('message'), ...group, ...importedMessageSchema(messageMaxBytes).shape });
const countSchema = z.int().min(0);
const headLineSchema = z.object({ type: z.literal('plenum'), version: z.literal(1) });
const endLineSchema = z.object({
  type: z.literal('end'),
  groups: countSchema,
  members: countSchema,
  messages: countSchema,
});

const lineSchema = (messageMaxBytes: number) =>
  z.discriminatedUnion('type', [
    groupLineSchema,
    memberLineSchema,
    messageLineSchema(messageMaxBytes),
    headLineSchema,
    endLineSchema,
  ]);

export type GroupLine = z.infer<typeof groupLineSchema>;
export type MemberLine = z.infer<typeof memberLineSchema>;
export const isActiveAdmin = ({ roles, status }: MemberLine): boolean =>
  status === 'active' && roles.includes('admin');
export type MessageLine = z.infer<ReturnType<typeof messageLineSchema>>;
export type Line = z.infer<ReturnType<typeof lineSchema>>;

export type ParsedLine =
  | { readonly ok: true; readonly line: Line }
  | { readonly ok: false; readonly problem: string };

export type ParseLine = (text: string) => ParsedLine;

/**
 * @param messageMaxBytes UTF-8 bytes of a message that the nodes take
 * @returns a function that returns the line, or in a few words why it is none
 */
export function lineParser(messageMaxBytes: number): ParseLine {
  const schema = lineSchema(messageMaxBytes);
  return (text) => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return { ok: false, problem: 'it is not JSON' };
    }
    const parsed = schema.safeParse(json);
    if (parsed.success) return { ok: true, line: parsed.data };
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? '';
    return { ok: false, problem: `${field === '' ? 'it' : field}: ${issue?.message ?? 'is not valid'}` };
  };
}
