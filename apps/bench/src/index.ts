export { bench } from './bench-command.ts';
export { verify } from './verify-command.ts';
export { verifyMixed } from './verify-mixed-command.ts';
