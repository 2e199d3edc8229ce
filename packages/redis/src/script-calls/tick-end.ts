/**
 * Work at the end of the tick. All senders run before all writers: so what a sender sends leaves in the same write as the
 * commands before it, and not one tick later.
 */

let senders: (() => void)[] = [];
let writers: (() => void)[] = [];
let isScheduled = false;

/** @param task sends commands that were gathered during the tick. Must not throw */
export function sendAtTickEnd(task: () => void): void {
  senders.push(task);
  schedule();
}

/** @param task writes what a connection has gathered. Must not throw */
export function writeAtTickEnd(task: () => void): void {
  writers.push(task);
  schedule();
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(runAll);
}

function runAll(): void {
  const sending = senders;
  senders = [];
  for (const send of sending) send();
  const writing = writers;
  writers = [];
  for (const write of writing) write();
  isScheduled = false;
  // Tasks that were added by a writer, or senders that were added by a sender.
  if (senders.length + writers.length > 0) schedule();
}
