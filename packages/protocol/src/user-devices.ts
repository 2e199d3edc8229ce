/** The devices of one user on all nodes, read at the moment of the request. */
import { z } from 'zod';
import { nextCursorSchema, paged } from './requests/arguments.ts';

/** `library`: a listener of the library, attached with the id of the user. */
export const deviceTransportSchema = z.enum(['websocket', 'polling', 'webtransport', 'library']);
export type DeviceTransport = z.infer<typeof deviceTransportSchema>;

export const devicesQuerySchema = z.strictObject(paged);

const userDeviceSchema = z
  .object({
    device_id: z
      .string()
      .describe('Names the connection on its node. A device that reconnects has another one'),
    node_id: z.string().describe('The node that it is connected to'),
    connected_at: z.string().meta({
      description: 'UTC, ISO-8601 with milliseconds, by the clock of its node',
      examples: ['2026-01-01T00:00:00.000Z'],
    }),
    transport: deviceTransportSchema.describe('`library`: a listener of the library, which is no connection'),
    address: z
      .string()
      .nullable()
      .describe('Of the client, found behind trusted proxies too. Null: it has none, or it is not known'),
    subscribe: z
      .enum(['auto', 'none'])
      .describe('auto: it gets every group of the user. none: only those that it asks for'),
    groups: z.int().min(0).describe('How many groups it gets at this moment'),
  })
  .meta({ id: 'UserDevice', description: 'A connection of a user' });

export const userDevicesSchema = z.object({
  devices: z.array(userDeviceSchema).describe('The newest first'),
  count: z.int().min(0).describe('On all nodes that answered, also those of other pages'),
  missing: z
    .array(z.string())
    .describe('Registered nodes that did not answer within one second, or not in this form'),
  next_cursor: nextCursorSchema,
});
export type UserDevice = z.infer<typeof userDeviceSchema>;
export type UserDevices = z.infer<typeof userDevicesSchema>;
