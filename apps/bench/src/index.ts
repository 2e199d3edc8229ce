export { bench } from './bench-command.ts';
export { verify } from './verify-command.ts';
