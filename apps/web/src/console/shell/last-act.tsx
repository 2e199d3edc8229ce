/** A line below the page that shows the request of the last act for some seconds. */
import { useEffect, useState } from 'react';
import { useStore } from '../../session/store.ts';
import { callLog, isAct } from '../rest/call-log.ts';
import { Status } from './inspector.tsx';

const shownMs = 6000;

export function LastAct({ onShow }: { readonly onShow: () => void }) {
  const last = useStore(callLog.calls).findLast((call) => isAct(call) && call.status !== undefined);
  const [gone, setGone] = useState(0);
  const id = last?.id ?? 0;
  useEffect(() => {
    const timer = setTimeout(() => setGone(id), shownMs);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className="last-act" role="status">
      {last === undefined || last.id === gone ? null : (
        <button type="button" onClick={onShow}>
          <span className="call-method">{last.method}</span> <span className="call-path">{last.path}</span>{' '}
          <Status status={last.status} />
        </button>
      )}
    </div>
  );
}
