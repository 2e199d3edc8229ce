/** Deliberate faults in what members get: each is found, and the report names it. */
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import { checkHistory } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { GroupView } from './group-view.ts';
import { type MadeChange, recordedRun, type SentMessage } from './recorded-run.ts';
import { violationLines } from './verify-report.ts';

const groupId = 'g';
const [a, b] = ['00000000000000aa', '00000000000000bb'];

const entryAt = (seq: number, epoch: string, fields: object): HistoryEntry =>
  historyEntrySchema.parse({
    group_id: groupId,
    epoch,
    seq,
    timestamp: '2026-01-01T00:00:00.000Z',
    ...fields,
  });
const messageAt = (seq: number, epoch = a, text = `text ${seq}`): HistoryEntry =>
  entryAt(seq, epoch, {
    type: 'message',
    from_user_id: 'u1',
    message: text,
    request_id: `r${seq}`,
    message_id: `${epoch}-${seq}`,
  });
const sentAt = (seq: number): SentMessage => ({
  groupId,
  userId: 'u1',
  requestId: `r${seq}`,
  text: `text ${seq}`,
  outcome: { type: 'acked', epoch: a, seq, messageId: `${a}-${seq}` },
  wasUnknown: false,
  times: { sentMs: seq * 10, answeredMs: seq * 10 + 5 },
});

const created = entryAt(1, a, { type: 'created', user_id: 'u1', roles: ['admin'] });
const joined = entryAt(2, a, { type: 'joined', user_id: 'u2' });
const messages = [3, 4, 5, 6].map((seq) => messageAt(seq));
const sends = [3, 4, 5, 6].map(sentAt);

/** What one member gets live. @param arrivals after it has entered. */
function viewOf(userId: string, arrivals: readonly HistoryEntry[]): GroupView {
  const view = new GroupView(userId, groupId);
  view.entered({ epoch: a, seq: userId === 'u1' ? 1 : 2 });
  for (const entry of arrivals) view.live(entry);
  return view;
}
const first = () => viewOf('u1', [created, joined, ...messages]);
const second = (spoil: (got: readonly HistoryEntry[]) => readonly HistoryEntry[] = (got) => got) =>
  viewOf('u2', spoil([joined, ...messages]));

/** The lines of the report: counts, then each violation. */
const reported = (views: readonly GroupView[], sent: readonly SentMessage[] = sends) =>
  violationLines(checkHistory(recordedRun({ sends: sent, changes: [], views, readings: [] })));
const none = 'lost = 0, duplicated = 0, reordered = 0, conflicting = 0, forbidden = 0';

test('a run in which every member got everything once and in order has no violation', () => {
  expect(reported([first(), second()])).toEqual([none]);
});

describe('the report names', () => {
  test('an entry that one member did not get', () => {
    expect(reported([first(), second((got) => got.toSpliced(2, 1))])).toEqual([
      'lost = 1, duplicated = 0, reordered = 0, conflicting = 0, forbidden = 0',
      '  lost in g: u2 misses seq 4 (message of u1, request r4) (I6)',
    ]);
  });

  test('the last entries, if one member did not get them', () => {
    const [counts] = reported([first(), second((got) => got.slice(0, -2))]);
    expect(counts).toContain('lost = 2');
  });

  test('an acknowledged message that no member got', () => {
    expect(reported([viewOf('u1', [created, joined, ...messages.slice(0, 3)])])).toEqual([
      'lost = 1, duplicated = 0, reordered = 0, conflicting = 0, forbidden = 0',
      '  lost in g: the ack of request r6 of u1 names seq 6, and no message is there (I1)',
    ]);
  });

  test('an entry that came twice', () => {
    expect(reported([first(), second((got) => got.toSpliced(3, 0, messageAt(4)))])).toEqual([
      'lost = 0, duplicated = 1, reordered = 0, conflicting = 0, forbidden = 0',
      '  duplicated in g: u2 got seq 4 (message of u1, request r4) twice (I6)',
    ]);
  });

  test('two entries that changed places', () => {
    const swapped = second(([one, two, three, four, ...rest]) =>
      [one, two, four, three, ...rest].filter((entry) => entry !== undefined),
    );
    expect(reported([first(), swapped])).toEqual([
      'lost = 0, duplicated = 0, reordered = 1, conflicting = 0, forbidden = 0',
      '  reordered in g: u2 got seq 4 (message of u1, request r4) after seq 5 (I6)',
    ]);
  });

  test('a message that was stored twice', () => {
    const again = entryAt(7, a, { ...messageAt(6), seq: 7, message_id: `${a}-7` });
    const views = [viewOf('u1', [created, joined, ...messages, again]), second((got) => [...got, again])];
    expect(reported(views)).toEqual([
      'lost = 0, duplicated = 1, reordered = 0, conflicting = 0, forbidden = 0',
      '  duplicated in g: seq 7 (message of u1, request r6) repeats seq 6 (message of u1, request r6) (I3)',
    ]);
  });

  test('another content than the one that was acknowledged', () => {
    const forged = second((got) => got.with(2, messageAt(4, a, 'something else')));
    expect(reported([first(), forged])).toEqual([
      'lost = 0, duplicated = 0, reordered = 0, conflicting = 1, forbidden = 0',
      '  conflicting in g: seq 4 (message of u1, request r4) differs from what else has its epoch and seq (I3)',
    ]);
  });

  test('messages that the log has in another order than they were acknowledged in', () => {
    const late = sends.map((sent) =>
      sent.requestId === 'r3' ? { ...sent, times: { sentMs: 100, answeredMs: 105 } } : sent,
    );
    expect(reported([first(), second()], late)).toEqual([
      'lost = 0, duplicated = 0, reordered = 1, conflicting = 0, forbidden = 0',
      '  reordered in g: r3 was sent after the ack of r6, and is before it in the log (I5)',
    ]);
  });

  test('a message that was delivered although it was refused', () => {
    const refused = sends.map(
      (sent): SentMessage =>
        sent.requestId === 'r6' ? { ...sent, outcome: { type: 'refused', code: 'muted' } } : sent,
    );
    expect(reported([first(), second()], refused)).toEqual([
      'lost = 0, duplicated = 0, reordered = 0, conflicting = 0, forbidden = 1',
      '  forbidden in g: seq 6 (message of u1, request r6) was never sent, or was refused each time (I2)',
    ]);
  });
});

describe('a broken position', () => {
  /** Has everything up to seq 3 when the server says that it continues at seq 6. */
  function broken(): GroupView {
    const view = viewOf('u2', [joined, messageAt(3)]);
    view.restart({ epoch: a, fromSeq: 6 });
    view.live(messageAt(6));
    return view;
  }

  test('that is filled by paging is no loss', () => {
    const view = broken();
    view.paged([messageAt(4), messageAt(5)]);
    view.filled();
    expect(reported([first(), view])).toEqual([none]);
  });

  test('that is not filled is a loss', () => {
    const view = broken();
    view.paged([messageAt(4)]);
    view.filled();
    const [counts, line] = reported([first(), view]);
    expect(counts).toContain('lost = 1');
    expect(line).toContain('u2 misses seq 5');
  });

  test('lets entries come again, each of them once', () => {
    const again = second();
    again.restart({ epoch: a, fromSeq: 5 });
    for (const seq of [5, 6]) again.live(messageAt(seq));
    expect(reported([first(), again])).toEqual([none]);
    again.live(messageAt(6));
    expect(reported([first(), again])[0]).toContain('duplicated = 1');
  });

  test('that the server says to have continued, although the log has not, is a loss', () => {
    const ahead = viewOf('u1', [created, joined, ...messages.slice(0, 3)]);
    ahead.claim();
    ahead.recovered();
    ahead.live(messageAt(6, b));
    const other = viewOf('u2', [joined, ...messages.slice(0, 2), messageAt(5, b), messageAt(6, b)]);
    const [counts, ...lines] = reported([ahead, other], sends.slice(0, 2));
    expect(counts).toContain('lost = 4');
    expect(lines).toContainEqual(expect.stringContaining(`came back with ${a}-5, which no log continues`));
  });
});

test('an acknowledged message of an epoch that was thrown away is lost', () => {
  const rolledBack = viewOf('u1', [created, joined, ...messages]);
  rolledBack.restart({ epoch: b, fromSeq: 5 });
  rolledBack.paged([created, joined, ...messages.slice(0, 2)]);
  rolledBack.filled();
  for (const seq of [5, 6, 7]) rolledBack.live(messageAt(seq, b, `new ${seq}`));
  const lines = reported([rolledBack]);
  for (const seq of [5, 6]) {
    expect(lines).toContainEqual(
      expect.stringContaining(`request r${seq} of u1 names seq ${seq}, and no message`),
    );
  }
});

describe('of changed messages the report names', () => {
  const change = (seq: number, type: string, target: number, fields: object = {}): HistoryEntry =>
    entryAt(seq, a, { type, target_seq: target, message_id: `${a}-${target}`, actor_id: 'u1', ...fields });
  const edited = change(7, 'edited', 4, { message: 'edited', edits: 1 });
  const reacted = change(8, 'reacted', 5, { reaction: '👍', count: 1, actor_id: 'u2' });
  const gone = change(9, 'deleted', 3);
  const changed = [edited, reacted, gone];
  const made = (operation: MadeChange['operation'], targetSeq: number, seq: number): MadeChange => ({
    ...{ groupId, userId: 'u1', requestId: `${operation} ${targetSeq}`, operation, targetSeq },
    outcome: { type: 'acked', epoch: a, seq, messageId: '' },
    wasUnknown: false,
  });
  const changes = [made('edit', 4, 7), made('react', 5, 8), made('take_down', 3, 9)];
  const state = { timestamp: '2026-01-01T00:00:00.000Z' };
  const tombstone = entryAt(3, a, {
    ...{ type: 'message', from_user_id: 'u1', request_id: 'r3', message_id: `${a}-3` },
    ...{ deleted: true, deleted_by: 'u1', deleted_at: state.timestamp, state_seq: 9 },
  });
  const presentEdit = { message: 'edited', edits: 1, edited_at: state.timestamp, state_seq: 7 };
  /** What is read at the end. */
  const read = [
    ...[created, joined, tombstone, entryAt(4, a, { ...messageAt(4), ...presentEdit })],
    entryAt(5, a, { ...messageAt(5), reactions: { '👍': { count: 1 } }, state_seq: 8 }),
    ...[messageAt(6), ...changed],
  ];
  const all = [created, joined, ...messages, ...changed];
  const run = (spoiled: {
    readonly got?: readonly HistoryEntry[];
    readonly entries?: readonly HistoryEntry[];
    readonly changes?: readonly MadeChange[];
  }) => {
    const { got = all.slice(1), entries = read, changes: asked = changes } = spoiled;
    const views = [viewOf('u1', all), viewOf('u2', got)];
    const readings = [{ groupId, entries }];
    return violationLines(checkHistory(recordedRun({ sends, changes: asked, views, readings })));
  };
  const withRead = (entry: HistoryEntry) => read.map((one) => (one.seq === entry.seq ? entry : one));

  test('nothing, if each comes once and is read as it came', () => {
    expect(run({})).toEqual([none]);
  });

  test('an edit that one member did not get', () => {
    const lines = run({ got: all.slice(1).filter((entry) => entry !== edited) });
    expect(lines).toContainEqual(expect.stringMatching(/lost in g: u2 misses seq 7 \(edited .*\(I6\)$/));
    expect(lines).toContainEqual(
      expect.stringMatching(/u2 has made .* of seq 4, which is read as .*\(I17\)$/),
    );
  });

  test('an acknowledged change that no member got', () => {
    const lines = run({ changes: [...changes, made('edit', 6, 10)] });
    expect(lines[0]).toContain('lost = 1');
    expect(lines[1]).toContain('the answer to edit edit 6 of u1 names seq 10, which is in no log (I1)');
  });

  test('a present state that lacks a change', () => {
    const lines = run({ entries: withRead(messageAt(4)) });
    expect(lines[0]).toContain('conflicting = 2');
    expect(lines[1]).toContain('(I17)');
  });

  test('a text that is read after its take-down', () => {
    const lines = run({ entries: withRead(messageAt(3)) });
    expect(lines).toContainEqual(
      '  forbidden in g: seq 3 (message of u1, request r3) is read with its text (I18)',
    );
  });

  test('a text that comes behind its take-down', () => {
    const late = change(10, 'edited', 3, { message: 'again', edits: 1 });
    const lines = run({ got: [...all.slice(1), late] });
    expect(lines).toContainEqual(expect.stringMatching(/u2 got seq 10 .* behind its take-down \(I18\)$/));
  });

  test('a change that its actor might not make', () => {
    const forbidden = change(10, 'edited', 6, { message: 'forged', edits: 1, actor_id: 'u2' });
    const got = [...all.slice(1), forbidden];
    expect(run({ got })).toContainEqual(expect.stringContaining('the author is u1 (I9)'));
  });
});
