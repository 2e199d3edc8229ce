/** What `import … from 'plenum'` shows: the library form. */

export { type TelemetryEvents, watchTelemetry } from '@plenum/core';
export { createPlenum, type GatewayPlace, type Plenum, type PlenumOptions } from './create-plenum.ts';
export type { GroupsApi } from './library/groups-api.ts';
export type { GroupListener, LibrarySubscription } from './library/subscribe.ts';
