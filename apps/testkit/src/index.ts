/** What a user of Plenum needs to test an application: the API of `@plenum/testkit`. */
export { type EventuallyOptions, eventually, ManualClock } from '@plenum/testkit';
