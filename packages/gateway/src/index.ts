export { createFanOut } from './fan-out.ts';
export { createGateway, type Gateway } from './gateway.ts';
export type { GatewayConfig, GatewayOptions } from './gateway-options.ts';
