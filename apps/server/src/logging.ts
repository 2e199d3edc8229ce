/** Log lines: JSON by pino in production, short lines for people in dev. Never bodies, tokens or secrets. */
import { pino } from 'pino';
import { loggedError } from './config/masked.ts';
import type { Config } from './config.ts';

export interface LogOptions {
  readonly level: Config['logLevel'];
  readonly isDev: boolean;
  /** Part of every line: one id per process start. */
  readonly nodeId: string;
}

export function createLogger({ level, isDev, nodeId }: LogOptions): pino.Logger {
  const options: pino.LoggerOptions = {
    level,
    base: isDev ? {} : { node: nodeId },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: loggedError, err: loggedError },
  };
  return isDev
    ? pino(options, { write: (line: string) => void process.stdout.write(readable(line)) })
    : pino(options, survivingStdout());
}

/** A full disk behind stdout costs the lines, not the process. */
function survivingStdout(): pino.DestinationStream {
  const destination = pino.destination({ dest: 1, sync: true });
  destination.on('error', () => {});
  return destination;
}

/** The channel `audit`: its lines are written at every level but `silent`, since they are a record and no news. */
export const createAuditLog = (logger: pino.Logger): pino.Logger =>
  logger.child({ channel: 'audit' }, logger.level === 'silent' ? {} : { level: 'info' });

const levelNames: Readonly<Record<number, string>> = pino.levels.labels;

/** `12:30:00 warn  message  key=value`; an error's stack follows on lines of its own. */
export function readable(line: string): string {
  const record: Record<string, unknown> = JSON.parse(line);
  const { level, time, msg, err, error, ...fields } = record;
  const clock = String(time).slice(11, 19);
  const name = (levelNames[Number(level)] ?? '').padEnd(5);
  const pairs = Object.entries(fields).map(([key, value]) => `  ${key}=${shown(value)}`);
  return `${clock} ${name} ${String(msg ?? '')}${pairs.join('')}${stackOf(err ?? error)}\n`;
}

/** A text that could be taken for more than one field, or one line, is quoted: `request_id="a  outcome=ok"`. */
const shown = (value: unknown) =>
  typeof value === 'string' && /^[^\s"=\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);

function stackOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null)
    return thrown === undefined ? '' : `  error=${shown(thrown)}`;
  return 'stack' in thrown ? `\n${String(thrown.stack)}` : `  error=${shown(thrown)}`;
}
