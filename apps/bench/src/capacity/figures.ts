/** What one of everything costs, as measured on one machine: the constants of the capacity model. */

/** Bytes are resident in the process or in memory of Redis; us are CPU time. */
export interface CapacityFigures {
  readonly node: {
    /** A node without sockets. */
    readonly baseBytes: number;
    /** A socket whose user is in one group of 20. */
    readonly bytesPerConnection: number;
    /** TCP, WebSocket, token, session and close of the socket before. */
    readonly usPerConnect: number;
    readonly usPerJoin: number;
    /** A socket that sends and receives nothing, its heartbeat included, for one second: at most, with its part of the idle node. */
    readonly usPerIdleSecond: number;
    /** A client that comes back with its positions: all of a connect, and the attach to one group that the node has read already. */
    readonly usPerReturn: number;
    /** A group that a node reads, and subscribes to, for those who come back. */
    readonly usPerGroupRead: number;
    /** A connect that is refused with a pause: TCP, WebSocket, token and refusal. */
    readonly usPerRefusal: number;
    /** A node in the registry, each time that another node reads it. */
    readonly usPerRegisteredNode: number;
    /** Request, script call and answer, with the reception of the message at the node of its sender. */
    readonly usPerMessage: number;
    /** Reception at a further node that has members of the group. */
    readonly usPerReception: number;
    /** One message to one socket. */
    readonly usPerDelivery: number;
  };
  readonly redis: {
    readonly bytesPerGroup: number;
    /** In a group, where the user is in no other. */
    readonly bytesPerMember: number;
    /** Where the user is in others too. */
    readonly bytesPerFurtherMembership: number;
    /** In the log, with a text of 100 bytes. */
    readonly bytesPerMessage: number;
    /** For as long as a repeated request is recognised. */
    readonly bytesPerRememberedRequest: number;
    readonly usPerConnect: number;
    readonly usPerJoin: number;
    readonly usPerMessage: number;
    readonly usPerReception: number;
    readonly usPerReturn: number;
    readonly usPerGroupRead: number;
    /** A node in the registry, each time that a node reads it. */
    readonly usPerRegisteredNode: number;
    readonly bytesPerRegisteredNode: number;
  };
  /** Null: there was no PostgreSQL. */
  readonly archive: { readonly bytesPerMessage: number } | null;
  /** Bytes of a message's frame on the wire to a device. */
  readonly frameBytes: number;
}
