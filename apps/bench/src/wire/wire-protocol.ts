/** What a protocol over WebSocket says and hears on a raw connection: its opening, its requests, and how its frames are read. */

export interface PacketHandler {
  /** A push: `bytes[start, end)` is its JSON text, valid during the call only. */
  event(bytes: Buffer, start: number, end: number): void;
  /** The answer to the request with this id: `bytes[start, end)` is its JSON text. */
  ack(id: number, bytes: Buffer, start: number, end: number): void;
  /** Once, however the connection ended. */
  closed(why: string): void;
}

/** What a protocol does to its connection. */
export interface ProtocolLine {
  readonly handler: PacketHandler;
  /** The credentials of the client. */
  readonly auth: object;
  send(text: string): void;
  /** The server has accepted the client. */
  opened(): void;
  end(why: string): void;
}

export interface WireProtocol {
  /** Used where the URL of the server has no path. */
  readonly path: string;
  readonly query: string;
  /** Called after the upgrade, before the server has said anything. */
  upgraded(line: ProtocolLine): void;
  /** @param payload JSON. @returns the text of the frame. */
  request(id: number, event: string, payload: string): string;
  /** Takes the payload of one text frame, `bytes[start, end)`. */
  read(bytes: Buffer, range: { readonly start: number; readonly end: number }, line: ProtocolLine): void;
}
