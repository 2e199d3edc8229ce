export { createGateway, type Gateway } from './gateway.ts';
export type { GatewayConfig, GatewayOptions } from './gateway-options.ts';
export { openStaticSite, type StaticSite } from './http/static-site.ts';
export type { Machine, ProcessFigures } from './machine.ts';
export { addUp, addUpFigures, lastingFigures } from './metrics/added-figures.ts';
export { figuresWithoutGateway } from './metrics/figures.ts';
export type { StoreMemory } from './metrics/metric-row.ts';
export { readProcessFigures } from './metrics/metrics.ts';
export { createFanOut, type FanOutMode } from './outbound/create-fan-out.ts';
export { defaultMaxUnreadBytes } from './outbound/unread-budget.ts';
export { addSums, noUnread, type UnreadSums } from './outbound/unread-sums.ts';
export {
  type CustomRequest,
  type CustomRequestCall,
  type CustomRequestOptions,
  defineRequest,
} from './requests/custom-request.ts';
export { type AdminToken, fullAdminToken } from './rest/admin-tokens.ts';
export { Audit, type AuditLine } from './rest/audit.ts';
export { placeLimitsOf } from './shared-deps.ts';
export type { AdmittedUser, Authenticate, HandshakeRequest } from './sockets/authenticate.ts';
export { ConnectRate, type ConnectTurn } from './sockets/connect-rate.ts';
export {
  type Granted,
  LocalPlaces,
  type Place,
  type PlaceLimits,
  type Places,
} from './sockets/connection-limits.ts';
