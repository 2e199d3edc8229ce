/** All mutants, by what they spoil. */
import { mutantsOfArchivedMessages } from './of-archived-messages.js';
import { mutantsOfBounds } from './of-bounds.js';
import { mutantsOfChangedMessages } from './of-changed-messages.js';
import { mutantsOfDelivery } from './of-delivery.js';
import { mutantsOfInvites } from './of-invites.js';
import { mutantsOfReception } from './of-reception.js';
import { mutantsOfSettings } from './of-settings.js';
import { mutantsOfStoring } from './of-storing.js';
import { mutantsOfStreams } from './of-streams.js';
import { mutantsOfTakeDowns } from './of-take-downs.js';
import { mutantsOfWorkers } from './of-workers.js';

/** @type {readonly import('./mutant.js').Mutant[]} */
export const everyMutant = [
  ...mutantsOfArchivedMessages,
  ...mutantsOfBounds,
  ...mutantsOfChangedMessages,
  ...mutantsOfDelivery,
  ...mutantsOfInvites,
  ...mutantsOfReception,
  ...mutantsOfSettings,
  ...mutantsOfStoring,
  ...mutantsOfStreams,
  ...mutantsOfTakeDowns,
  ...mutantsOfWorkers,
];
