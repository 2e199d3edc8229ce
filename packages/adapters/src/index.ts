export * from './auth/jwt.ts';
export * from './open-adapters.ts';
