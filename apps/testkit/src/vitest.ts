/** The suites that every adapter of the product passes, for adapters of your own: the API of `@plenum/testkit/vitest`. */
export {
  type Ailing,
  type Ailment,
  type ArchiveHarness,
  type AuthorizationHarness,
  describeArchive,
  describeAuthorization,
  describeModeration,
  describeNotifier,
  type MakeArchive,
  type MakeNotifier,
  type ModerationHarness,
  type Notification,
  type NotifierHarness,
} from '@plenum/testkit';
