export { bench } from './bench-command.ts';
export { measureCapacity } from './capacity-command.ts';
export { measureScale } from './scale-command.ts';
export { simulateClusters } from './simulate-command.ts';
export { stormCommand as storm } from './storm/storm-command.ts';
export { verify } from './verify-command.ts';
export { verifyMixed } from './verify-mixed-command.ts';
