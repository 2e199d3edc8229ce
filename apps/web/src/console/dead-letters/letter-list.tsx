/** The dead letters as rows that open. Only the rows that are seen are in the page; the next page is read when the end comes near. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { deadLetters as texts } from '../operation-strings.ts';
import type { DeadLetter } from './letter-filter.ts';

interface LetterListProps {
  readonly letters: readonly DeadLetter[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  /** Why no act is offered; null: acts are. */
  readonly problem: string | null;
  readonly onRetry: (id: string) => void;
  readonly onDelete: (id: string) => void;
  readonly more: (() => void) | null;
}

const rowHeightPx = 52;
/** So many rows before the end the next page is read. */
const rowsAhead = 20;

export function LetterList(props: LetterListProps) {
  const { letters, selected, onSelect, more } = props;
  const [open, setOpen] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: letters.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 8,
    getItemKey: (at) => letters[at]?.dead_letter_id ?? at,
  });
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (lastSeen >= letters.length - rowsAhead) more?.();
  }, [lastSeen, letters.length, more]);
  const select = (ids: readonly string[], isOn: boolean) => {
    const next = new Set(selected);
    for (const id of ids) isOn ? next.add(id) : next.delete(id);
    onSelect(next);
  };
  const ids = letters.map(({ dead_letter_id }) => dead_letter_id);
  if (letters.length === 0) return null;
  return (
    <section className="letters" aria-label={texts.list}>
      <label className="letters-head check">
        <input
          type="checkbox"
          checked={ids.every((id) => selected.has(id))}
          onChange={({ target }) => select(ids, target.checked)}
        />
        <span>{texts.selectAll}</span>
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <div ref={scroller} className="letters-scroll" tabIndex={0}>
        <ul style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const letter = letters[index];
            return letter === undefined ? null : (
              <li
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className="letter"
                style={{ transform: `translateY(${start}px)` }}
              >
                <Letter
                  {...props}
                  letter={letter}
                  isOpen={open === letter.dead_letter_id}
                  onToggle={() => setOpen(open === letter.dead_letter_id ? null : letter.dead_letter_id)}
                  onMark={(isOn) => select([letter.dead_letter_id], isOn)}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}

interface LetterProps extends LetterListProps {
  readonly letter: DeadLetter;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onMark: (isOn: boolean) => void;
}

const timeOf = (timestamp: string): string => new Date(timestamp).toLocaleString([], { hourCycle: 'h23' });

function Letter({ letter, isOpen, onToggle, onMark, selected, problem, onRetry, onDelete }: LetterProps) {
  const { dead_letter_id: id, kind, group_id, reason, attempts, died_at } = letter;
  return (
    <>
      <div className="letter-line">
        <input
          type="checkbox"
          aria-label={texts.select(id)}
          checked={selected.has(id)}
          onChange={({ target }) => onMark(target.checked)}
        />
        <button type="button" className="letter-open" aria-expanded={isOpen} onClick={onToggle}>
          <span className="letter-reason">
            <bdi>{reason}</bdi>
          </span>
          <span className="letter-facts">
            <span className="chip">{kind}</span>
            <bdi className="mono">{group_id ?? texts.unreadable}</bdi>
            <span>{texts.tried(attempts)}</span>
            <time dateTime={died_at}>{timeOf(died_at)}</time>
          </span>
        </button>
        <span className="letter-acts">
          <button
            type="button"
            className="button is-small"
            disabled={problem !== null}
            title={problem ?? undefined}
            onClick={() => onRetry(id)}
          >
            {texts.retry}
          </button>
          <button
            type="button"
            className="link is-destructive"
            disabled={problem !== null}
            title={problem ?? undefined}
            onClick={() => onDelete(id)}
          >
            {texts.delete}
          </button>
        </span>
      </div>
      {isOpen ? <LetterDetail letter={letter} /> : null}
    </>
  );
}

function LetterDetail({
  letter: { dead_letter_id, message_id, entry, raw },
}: {
  readonly letter: DeadLetter;
}) {
  return (
    <div className="letter-detail">
      <p className="hint">
        {dead_letter_id} · {texts.message} {message_id}
      </p>
      <h2>{entry === null ? texts.raw : texts.payload}</h2>
      <pre className="code" dir="ltr">
        {entry === null ? (raw ?? texts.unreadable) : JSON.stringify(entry, null, 2)}
      </pre>
    </div>
  );
}
