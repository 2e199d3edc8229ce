export * from './archive/archived-groups.ts';
export * from './archive/postgres-archive.ts';
export * from './auth/jwks.ts';
export * from './auth/jwt.ts';
export * from './open-adapters.ts';
export { createAllowList, isAllowEntry, placeProblem } from './webhooks/allow-list.ts';
