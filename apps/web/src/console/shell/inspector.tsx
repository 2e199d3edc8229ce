/** The requests that the page has made: each with its body, its answer, and as a command of a shell. */
import { useState } from 'react';
import { wholeTime } from '../../parts/clock.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useStore } from '../../session/store.ts';
import { asCurl } from '../rest/call.ts';
import { callLog, isAct, type LoggedCall } from '../rest/call-log.ts';
import { strings } from '../strings.ts';

const texts = strings.inspector;

export function Inspector({ onClose }: { readonly onClose: () => void }) {
  const calls = useStore(callLog.calls);
  const [hasReads, setReads] = useState(false);
  const shown = calls.filter((call) => hasReads || isAct(call)).reverse();
  return (
    <aside className="inspector" aria-label={texts.title}>
      <header className="inspector-head">
        <h2>{texts.title}</h2>
        <label className="check">
          <input type="checkbox" checked={hasReads} onChange={() => setReads(!hasReads)} />
          {texts.withReads}
        </label>
        <button type="button" className="button is-small" onClick={() => callLog.clear()}>
          {texts.clear}
        </button>
        <button type="button" className="icon-button" aria-label={strings.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {shown.length === 0 ? (
        <p className="hint inspector-none">{texts.none}</p>
      ) : (
        <ol className="calls">
          {shown.map((call) => (
            <CallRow key={call.id} call={call} />
          ))}
        </ol>
      )}
    </aside>
  );
}

function CallRow({ call }: { readonly call: LoggedCall }) {
  const { method, path, status, tookMs, body, answer, atMs } = call;
  return (
    <li>
      <details className="call">
        <summary>
          <span className="call-method">{method}</span>
          <span className="call-path">{path}</span>
          <Status status={status} />
        </summary>
        <div className="call-parts">
          <p className="call-facts">
            <time>{wholeTime(atMs)}</time>
            {tookMs === undefined ? null : <span>{texts.took(tookMs)}</span>}
            <CopyButton text={strings.copyCurl} value={() => asCurl(call)} />
          </p>
          {body === undefined ? null : (
            <>
              <h3>{texts.body}</h3>
              <pre className="code">{JSON.stringify(body, null, 2)}</pre>
            </>
          )}
          {answer === undefined ? null : (
            <>
              <h3>{texts.answer}</h3>
              <pre className="code">{answer}</pre>
            </>
          )}
        </div>
      </details>
    </li>
  );
}

export function Status({ status }: { readonly status: number | undefined }) {
  if (status === undefined) return <span className="call-status">{texts.waiting}</span>;
  const isGood = status >= 200 && status < 300;
  return (
    <span className={isGood ? 'call-status is-good' : 'call-status is-bad'}>
      {status === 0 ? texts.noAnswer : status}
    </span>
  );
}
