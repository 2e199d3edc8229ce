/**
 * What the workers of one machine share: processes of `plenum serve --workers` behind one port, each a node of its own.
 * A limit that protects the machine is counted over all of them, and one scrape gives the figures of all of them.
 */
import type { UnreadSharing } from './outbound/unread-sums.ts';
import type { AuditLine } from './rest/audit.ts';
import type { Places } from './sockets/connection-limits.ts';

/** The figures of one process, in the form in which prom-client adds processes up. */
export type ProcessFigures = readonly object[];

export interface Machine {
  readonly places: Places;
  readonly unread: UnreadSharing;
  /** Writes the line, or counts it where the limit of the machine is reached. */
  readonly denial: (line: AuditLine) => void;
  /** Says how to read the figures of this worker. They are read at each scrape of any worker. */
  readonly offerFigures: (read: () => Promise<ProcessFigures>) => void;
  /** The figures of all workers, as text for Prometheus. */
  readonly figures: () => Promise<string>;
}
