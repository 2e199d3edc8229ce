export { createGateway, type Gateway } from './gateway.ts';
export type { GatewayConfig, GatewayOptions } from './gateway-options.ts';
export { createFanOut, type FanOutMode } from './outbound/create-fan-out.ts';
export { defaultMaxUnreadBytes } from './outbound/unread-budget.ts';
export {
  type CustomRequest,
  type CustomRequestCall,
  type CustomRequestOptions,
  defineRequest,
} from './requests/custom-request.ts';
export { type AdminToken, fullAdminToken } from './rest/admin-tokens.ts';
