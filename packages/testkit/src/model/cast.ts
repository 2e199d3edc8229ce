import { type GroupId, groupIdSchema, type UserId, userIdSchema } from '@plenum/protocol';

/** Few groups and few users, so that their requests interfere. */
export const groupNames: readonly GroupId[] = ['g0', 'g1'].map((name) => groupIdSchema.parse(name));
export const userNames: readonly UserId[] = ['u0', 'u1', 'u2', 'u3'].map((name) => userIdSchema.parse(name));
