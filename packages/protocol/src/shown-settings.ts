/** The settings of a group in the entries `created` and `updated`, under the names of `create_group`. */
import { z } from 'zod';
import { historySettingSchema, membershipEventsSchema, postingSchema, retentionSchema } from './groups.ts';
import { jsonObjectSchema } from './text.ts';

const count = z.int().min(0);

/** An entry shows some of them. Null: the setting was removed, or its default is none. */
export const shownSettingsSchema = z
  .object({
    max_members: count.nullable(),
    ephemeral: z.boolean(),
    history: historySettingSchema,
    metadata: jsonObjectSchema('metadata').nullable(),
    posting: postingSchema,
    slow_mode_ms: count,
    edit_window_ms: count,
    accepts_needed: count,
    mute_survives_rejoin: z.boolean(),
    id_reserved_ms: count,
    retention: retentionSchema.nullable(),
    request_ttl_ms: count.nullable(),
    membership_events: membershipEventsSchema,
  })
  .partial();
