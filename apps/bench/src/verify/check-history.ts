/** The verdict over a whole verification: acknowledged means stored once, and delivered once, in one order, to every member. */
import { checkView, isSame, type Problem, type ViewFindings } from './check-view.ts';
import { keyOf, type SeenEntry, type Sent, type VerifyHistory, type View } from './history.ts';

export interface Findings {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** One position, or one request, with two contents. */
  readonly conflicting: number;
  /** The first of them, in words. */
  readonly examples: readonly string[];
}

const examplesMax = 10;

interface CheckedView {
  readonly view: View;
  readonly findings: ViewFindings;
}

export function checkHistory({ sends, views }: VerifyHistory): Findings {
  const checked = views.map((view): CheckedView => ({ view, findings: checkView(view) }));
  const groups = new Set(views.map(({ groupId }) => groupId));
  const problems = [
    ...checked.flatMap(({ findings }) => findings.problems),
    ...checked.flatMap((one) => lostIn(one, sends)),
    ...[...groups].flatMap((groupId) =>
      problemsOfLog(
        checked.filter(({ view }) => view.groupId === groupId),
        sends.filter((sent) => sent.groupId === groupId),
      ),
    ),
  ];
  const count = (kind: Problem['kind']) => problems.filter((problem) => problem.kind === kind).length;
  return {
    lost: count('lost'),
    duplicated: count('duplicated'),
    reordered: count('reordered'),
    conflicting: count('conflicting'),
    examples: problems.slice(0, examplesMax).map(({ kind, what }) => `${kind}: ${what}`),
  };
}

export const isGood = ({ lost, duplicated, reordered, conflicting }: Findings): boolean =>
  lost + duplicated + reordered + conflicting === 0;

/** @returns the acknowledged messages that the view lacks. */
export function missingIn(
  { groupId, sinceSeq }: View,
  seen: ReadonlySet<string>,
  sends: readonly Sent[],
): number[] {
  return sends.flatMap((sent) => {
    const { outcome } = sent;
    if (sent.groupId !== groupId || outcome.kind !== 'acked' || outcome.seq < sinceSeq) return [];
    return seen.has(keyOf(outcome)) ? [] : [outcome.seq];
  });
}

function lostIn({ view, findings }: CheckedView, sends: readonly Sent[]): Problem[] {
  const missing = missingIn(view, new Set(findings.seen.keys()), sends);
  return [...new Set([...findings.gaps, ...missing])].map((seq) => ({
    kind: 'lost',
    what: `${view.userId} in ${view.groupId}: seq ${seq}`,
  }));
}

/** What all members together saw of one group, against what was sent to it. */
function problemsOfLog(checked: readonly CheckedView[], sends: readonly Sent[]): Problem[] {
  const log = new Map<string, SeenEntry>();
  const problems: Problem[] = [];
  for (const entry of checked.flatMap(({ findings }) => [...findings.seen.values()])) {
    const known = log.get(keyOf(entry));
    if (known === undefined) log.set(keyOf(entry), entry);
    else if (!isSame(known, entry)) problems.push({ kind: 'conflicting', what: keyOf(entry) });
  }
  return [...problems, ...storedTwice([...log.values()]), ...notAsSent(log, sends), ...outOfOrder(sends)];
}

function storedTwice(log: readonly SeenEntry[]): Problem[] {
  const known = new Map<string, string>();
  return log.flatMap((entry): Problem[] => {
    if (entry.message === null) return [];
    const request = `${entry.message.from} ${entry.message.requestId}`;
    const first = known.get(request);
    known.set(request, keyOf(entry));
    return first === undefined
      ? []
      : [{ kind: 'duplicated', what: `${request} is at ${first} and ${keyOf(entry)}` }];
  });
}

function notAsSent(log: ReadonlyMap<string, SeenEntry>, sends: readonly Sent[]): Problem[] {
  return sends.flatMap(({ outcome, requestId, userId, text }): Problem[] => {
    if (outcome.kind !== 'acked') return [];
    const stored = log.get(keyOf(outcome));
    const sent = { ...outcome, message: { requestId, from: userId, text } };
    return stored === undefined || isSame(stored, sent)
      ? []
      : [
          {
            kind: 'conflicting',
            what: `${keyOf(outcome)} was acknowledged to ${requestId} and holds something else`,
          },
        ];
  });
}

/** A message that was acknowledged before the next one was sent is before it in the log. */
function outOfOrder(sends: readonly Sent[]): Problem[] {
  const last = new Map<string, { readonly epoch: string; readonly seq: number }>();
  return sends.flatMap(({ outcome, userId, requestId }): Problem[] => {
    if (outcome.kind !== 'acked') return [];
    const before = last.get(userId);
    last.set(userId, outcome);
    const isBehind = before !== undefined && before.epoch === outcome.epoch && before.seq >= outcome.seq;
    return isBehind
      ? [{ kind: 'reordered', what: `${requestId} of ${userId} is before an earlier send` }]
      : [];
  });
}
