/**
 * The log of a group, the newest entry first: a live tail while it is at its top, and older entries on the way down. With an archive its
 * messages are also found by their words.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from '../../session/store.ts';
import { FailureNote, Loading } from '../parts/states.tsx';
import { usePlace } from '../router/place.ts';
import { session } from '../session/session.ts';
import { strings } from '../strings.ts';
import { EntryRow } from './entry-row.tsx';
import { FoundMessages, SearchLine } from './found-messages.tsx';
import { type PartProps, pinnedIn } from './part.ts';
import { useLog } from './use-log.ts';

const texts = strings.history;
const liveEveryMs = 1000;
/** Height of a row before it is measured. */
const usualHeightPx = 44;
const rowsAhead = 20;
/** Below so many pixels the list is at its top. */
const topPx = 40;

export function History(props: PartProps) {
  const { groupId, info } = props;
  const now = useStore(session);
  const query = usePlace().query.get('query') ?? '';
  const hasArchive = now?.state === 'signed in' && now.admin.has_archive;
  return (
    <>
      {hasArchive ? <SearchLine key={query} groupId={groupId} query={query} /> : null}
      {query === '' ? <Log {...props} /> : <FoundMessages groupId={groupId} info={info} query={query} />}
    </>
  );
}

function Log({ groupId, info }: PartProps) {
  const [isLive, setLive] = useState(true);
  const { log, error, again, older } = useLog(groupId, isLive ? liveEveryMs : null);
  const scroller = useRef<HTMLElement>(null);
  /** The newest entry when the reader went down; null: the reader is at the top. */
  const [heldSeq, setHeldSeq] = useState<number | null>(null);
  const headSeq = log?.headSeq ?? 0;
  const rows = useMemo(
    () => (log?.entries ?? []).filter(({ seq }) => heldSeq === null || seq <= heldSeq).reverse(),
    [log, heldSeq],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => usualHeightPx,
    overscan: 10,
    getItemKey: (at) => rows[at]?.seq ?? at,
  });
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (lastSeen >= rows.length - rowsAhead) older?.();
  }, [lastSeen, rows.length, older]);
  if (log === undefined) return error === null ? <Loading /> : <FailureNote error={error} onAgain={again} />;
  const fresh = heldSeq === null ? 0 : headSeq - heldSeq;
  const pinned = pinnedIn(info);
  return (
    <>
      <div className="list-line">
        <button
          type="button"
          className="button is-small live"
          role="switch"
          aria-checked={isLive}
          title={texts.liveHint}
          onClick={() => setLive(!isLive)}
        >
          <span className="live-light" aria-hidden="true" />
          {texts.live}
        </button>
        <span className="hint">{strings.group.logText(log.oldestSeq, headSeq)}</span>
        {fresh === 0 ? null : (
          <button
            type="button"
            className="button is-small is-main"
            onClick={() => scroller.current?.scrollTo({ top: 0 })}
          >
            {texts.fresh(fresh)}
          </button>
        )}
      </div>
      {error === null ? null : <FailureNote error={error} onAgain={again} />}
      {log.isReset ? <p className="hint list-line">{texts.reset}</p> : null}
      <section
        ref={scroller}
        className="table-scroll"
        aria-label={texts.label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop } }) => {
          if (scrollTop < topPx) setHeldSeq(null);
          else if (heldSeq === null) setHeldSeq(headSeq);
        }}
      >
        <ol className="entries" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const entry = rows[index];
            return entry === undefined ? null : (
              <li
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className="entry-place"
                style={{ transform: `translateY(${start}px)` }}
              >
                <EntryRow
                  groupId={groupId}
                  entry={entry}
                  isPinned={'message_id' in entry && pinned.has(entry.message_id)}
                />
              </li>
            );
          })}
        </ol>
        {older === null && rows.length > 0 && rows.at(-1)?.seq === log.oldestSeq ? (
          <p className="hint entries-end">{texts.oldest(log.oldestSeq)}</p>
        ) : null}
      </section>
    </>
  );
}
