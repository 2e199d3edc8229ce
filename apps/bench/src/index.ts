export { bench } from './bench-command.ts';
