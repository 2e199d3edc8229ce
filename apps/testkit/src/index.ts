/** What a user of Plenum needs to test an application: the API of `@plenum/testkit`. The suites for adapters are in `./vitest`. */
export { type EventuallyOptions, eventually, ManualClock } from '@plenum/testkit';
export { type StartedPlenum, type StartOptions, startPlenum } from './start-plenum.ts';
