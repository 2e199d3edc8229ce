import { type GroupId, groupIdSchema, type UserId, userIdSchema } from '@plenum/protocol';

/** Length of a short mute or ban, and of the life of a message, ms. The run waits for its end on both sides before it compares them. */
export const momentMs = 1;

/** The groups and users of a run. They are few, so that their requests interfere. */
export const groupNames: readonly GroupId[] = ['g0', 'g1'].map((name) => groupIdSchema.parse(name));
export const userNames: readonly UserId[] = ['u0', 'u1', 'u2', 'u3'].map((name) => userIdSchema.parse(name));
