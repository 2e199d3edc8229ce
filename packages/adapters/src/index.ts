export * from './auth/jwt.ts';
