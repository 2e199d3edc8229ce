/** Writes log lines: JSON by pino in production, short lines for people in dev mode. Never message texts, tokens or secrets. */
import { pino } from 'pino';
import { loggedError } from './config/masked.ts';
import type { Config } from './config.ts';
import type { WarningRing } from './warning-ring.ts';

export interface LogOptions {
  readonly level: Config['logLevel'];
  readonly isDev: boolean;
  /** A new id for each start of the process; part of every line, in dev mode only if several processes write. */
  readonly nodeId: string;
  /** True if other processes write to the same output. */
  readonly isOneOfSeveral?: boolean;
  /** Gets every line. */
  readonly warnings?: Pick<WarningRing, 'note'>;
}

export function createLogger({
  level,
  isDev,
  nodeId,
  isOneOfSeveral = false,
  warnings,
}: LogOptions): pino.Logger {
  const options: pino.LoggerOptions = {
    level,
    base: isDev && !isOneOfSeveral ? {} : { node: nodeId },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: loggedError, err: loggedError },
    ...(warnings === undefined ? {} : { hooks: { streamWrite: noting(warnings) } }),
  };
  return isDev
    ? pino(options, { write: (line: string) => void process.stdout.write(readable(line)) })
    : pino(options, survivingStdout());
}

/** For commands that try something themselves. */
export const silentLogger = (): pino.Logger =>
  createLogger({ level: 'silent', isDev: false, nodeId: 'none' });

const noting =
  (warnings: Pick<WarningRing, 'note'>) =>
  (line: string): string => {
    warnings.note(line);
    return line;
  };

/** If stdout fails, for example because the disk is full, lines are lost but the process continues. */
function survivingStdout(): pino.DestinationStream {
  const destination = pino.destination({ dest: 1, sync: true });
  destination.on('error', () => {});
  return destination;
}

/** Makes the logger of the channel `audit`. Its lines are written at every level except `silent`, because they are a record. */
export const createAuditLog = (logger: pino.Logger): pino.Logger =>
  logger.child({ channel: 'audit' }, logger.level === 'silent' ? {} : { level: 'info' });

const levelNames: Readonly<Record<number, string>> = pino.levels.labels;

/** Formats a line for people: `12:30:00 warn  message  key=value`. The stack of an error follows on separate lines. */
export function readable(line: string): string {
  const record: Record<string, unknown> = JSON.parse(line);
  const { level, time, msg, err, error, ...fields } = record;
  const clock = String(time).slice(11, 19);
  const name = (levelNames[Number(level)] ?? '').padEnd(5);
  const pairs = Object.entries(fields).map(([key, value]) => `  ${key}=${shown(value)}`);
  return `${clock} ${name} ${String(msg ?? '')}${pairs.join('')}${stackOf(err ?? error)}\n`;
}

/** Quotes a text that could be read as several fields or lines: `request_id="a  outcome=ok"`. */
const shown = (value: unknown) =>
  typeof value === 'string' && /^[^\s"=\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);

function stackOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null)
    return thrown === undefined ? '' : `  error=${shown(thrown)}`;
  return 'stack' in thrown ? `\n${String(thrown.stack)}` : `  error=${shown(thrown)}`;
}
