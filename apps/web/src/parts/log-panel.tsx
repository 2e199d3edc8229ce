/** The raw log of one device: each request with its answer, each push, and the connection; all as code to copy. */
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Person } from '../session/person.ts';
import { useStore } from '../session/store.ts';
import type { TrafficRow } from '../session/traffic.ts';
import { restRoutes } from '../snippets/rest-routes.ts';
import { asCurl, asSocketIo, type SnippetContext } from '../snippets/snippets.ts';
import { strings } from '../strings.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icon.tsx';

interface LogPanelProps {
  readonly people: readonly Person[];
  readonly shown: Person;
  readonly onShow: (userId: string) => void;
  readonly onClose: () => void;
}

const { log } = strings;
const nearPx = 40;

export function LogPanel({ people, shown, onShow, onClose }: LogPanelProps) {
  const rows = useStore(shown.traffic.rows);
  const [filter, setFilter] = useState('');
  const [open, setOpen] = useState<number | null>(null);
  const list = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  const found = useMemo(
    () => rows.filter((row) => nameOf(row).includes(filter.trim().toLowerCase())),
    [rows, filter],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows what is shown
  useLayoutEffect(() => {
    if (isAtEnd.current && open === null && list.current !== null)
      list.current.scrollTop = list.current.scrollHeight;
  }, [found, open]);
  return (
    <aside className="log" aria-label={log.title}>
      <header className="panel-head">
        <h2>{log.title}</h2>
        {people.length > 1 ? (
          <fieldset className="switch">
            <legend className="unseen">{log.choose}</legend>
            {people.map(({ userId }) => (
              <button
                key={userId}
                type="button"
                aria-pressed={userId === shown.userId}
                onClick={() => onShow(userId)}
              >
                {userId}
              </button>
            ))}
          </fieldset>
        ) : null}
        <button type="button" className="icon-button" aria-label={strings.top.hideLog} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="log-tools">
        <input
          type="search"
          aria-label={log.filter}
          placeholder={log.filter}
          value={filter}
          onChange={({ target }) => setFilter(target.value)}
        />
        <button type="button" className="link" onClick={() => shown.traffic.clear()}>
          {log.clear}
        </button>
      </div>
      <section
        ref={list}
        className="log-rows"
        aria-label={log.of(shown.userId)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearPx;
        }}
      >
        {rows.length === 0 ? <p className="hint">{log.empty}</p> : null}
        <ol>
          {found.map((row) => (
            <LogRow
              key={row.id}
              row={row}
              person={shown}
              isOpen={row.id === open}
              onToggle={() => setOpen(row.id === open ? null : row.id)}
            />
          ))}
        </ol>
      </section>
    </aside>
  );
}

function nameOf(row: TrafficRow): string {
  if (row.type === 'request') return row.envelope.request_type;
  return row.type === 'push' ? row.event : log.happened[row.happened];
}

/** A few words about a row, of what it is about. */
function aboutOf(row: TrafficRow): string {
  const about: object =
    row.type === 'request'
      ? row.envelope.args
      : row.type === 'push'
        ? (Reflect.get(row.payload, 'result') ?? row.payload)
        : row.payload;
  const parts = [
    'type',
    'user_id',
    'from_user_id',
    'message',
    'reaction',
    'code',
    'status',
    'group_id',
    'seq',
  ]
    .map((name) => [name, Reflect.get(about, name)] as const)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([name, value]) => (name === 'seq' ? `#${value}` : String(value)));
  return parts.join(' ').slice(0, 160);
}

interface LogRowProps {
  readonly row: TrafficRow;
  readonly person: Person;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

const timeOf = (atMs: number) => new Date(atMs).toISOString().slice(14, 23);

function resultOf(row: TrafficRow): { readonly text: string; readonly isBad: boolean } {
  if (row.type === 'push') return { text: '', isBad: false };
  if (row.type === 'connection') return { text: '', isBad: row.happened === 'refused' };
  if (row.answer === undefined) return { text: '…', isBad: false };
  if (row.answer === null) return { text: log.unanswered, isBad: true };
  return row.answer.success
    ? { text: log.took(row.tookMs), isBad: false }
    : { text: row.answer.code, isBad: true };
}

function LogRow({ row, person, isOpen, onToggle }: LogRowProps) {
  const { text, isBad } = resultOf(row);
  return (
    <li className={['log-row', `is-${row.type}`, isBad ? 'is-bad' : ''].join(' ')}>
      <button type="button" className="log-line" aria-expanded={isOpen} onClick={onToggle}>
        <time>{timeOf(row.atMs)}</time>
        <span className="log-arrow">
          <span aria-hidden="true">{log.arrows[row.type]}</span>
          <span className="unseen">{log[row.type]}</span>
        </span>
        <span className="log-name">{nameOf(row)}</span>
        <span className="log-about">
          <bdi>{aboutOf(row)}</bdi>
        </span>
        <span className="log-result">{text}</span>
      </button>
      {isOpen ? <LogDetail row={row} person={person} /> : null}
    </li>
  );
}

function LogDetail({ row, person }: { readonly row: TrafficRow; readonly person: Person }) {
  const { userId, settings } = person;
  const context: SnippetContext = {
    ...{ url: globalThis.location.origin, userId, event: settings.event },
    ...{ hasDevTokens: settings.has_dev_tokens, routes: restRoutes },
  };
  const curl = asCurl(row, context);
  const shown = row.type === 'request' ? row.envelope : row.payload;
  return (
    <div className="log-detail">
      <Json value={shown} />
      {row.type === 'request' ? (
        <>
          <p className="log-part">{log.answered}</p>
          {row.answer === undefined ? <p className="hint">{log.waiting}</p> : <Json value={row.answer} />}
        </>
      ) : null}
      <p className="log-copies">
        <CopyButton text={log.copySocket} value={() => asSocketIo(row, context)} />
        {curl === null ? null : <CopyButton text={log.copyCurl} value={() => curl} />}
      </p>
    </div>
  );
}

const Json = ({ value }: { readonly value: unknown }) => (
  <pre className="json" dir="ltr">
    {JSON.stringify(value, null, 2)}
  </pre>
);
