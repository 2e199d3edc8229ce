/** Times as the reader writes them. */

/** The time of day of an entry, as the reader writes it. */
export const clock = (timestamp: string): string =>
  new Date(timestamp).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** With seconds and milliseconds, for what happened within one. */
export const wholeTime = (atMs: number): string =>
  new Date(atMs).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });

/** A day with the time of day, to the minute. */
export const dayAndTime = (timestamp: string): string =>
  new Date(timestamp).toLocaleString([], {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
