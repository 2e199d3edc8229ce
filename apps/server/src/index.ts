/** The public API of the library, `import … from 'plenum'`. */
export {
  type Adapters,
  type Clock,
  fail,
  type SendContext,
  type SendMiddleware,
  type SendOutcome,
  succeed,
  type TelemetryEvents,
  watchTelemetry,
} from '@plenum/core';
export {
  type CustomRequest,
  type CustomRequestCall,
  type CustomRequestOptions,
  defineRequest,
} from '@plenum/gateway';
export type { ConfigFile } from './config/file.ts';
export { createPlenum, type Plenum } from './create-plenum.ts';
export type { GroupsApi } from './library/groups-api.ts';
export type { MessagesApi } from './library/messages-api.ts';
export type { GatewayPlace, OnFastify, OnServer, OwnPort, PlenumOptions } from './library/plenum-options.ts';
export type { GroupListener, LibrarySubscription } from './library/subscribe.ts';
