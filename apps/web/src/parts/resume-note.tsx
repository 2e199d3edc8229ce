/** Says that the connection is lost, and afterwards what was caught up on. */
import { usePlenum } from '@plenum/react';
import { useEffect, useState } from 'react';
import { strings } from '../strings.ts';

const shownMs = 6000;

export function ResumeNote({ groupId }: { readonly groupId: string }) {
  const {
    client,
    status: { state },
  } = usePlenum();
  const [wasLost, setLost] = useState(false);
  const [caughtUp, setCaughtUp] = useState<number | null>(null);
  const isAway = state === 'waiting' || (state === 'connecting' && wasLost);
  useEffect(() => {
    if (state === 'waiting') {
      setLost(true);
      setCaughtUp(null);
    }
  }, [state]);
  useEffect(() => {
    if (!wasLost) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = client.on('recovered', (notice) => {
      if (notice.group_id !== groupId) return;
      setCaughtUp(Math.max(0, notice.head_seq - notice.from_seq + 1));
      clearTimeout(timer);
      timer = setTimeout(() => setLost(false), shownMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, groupId, wasLost]);
  return (
    <div role="status" className="resume">
      {isAway ? (
        <p className="resume-note is-lost">{strings.connection.lostNote}</p>
      ) : wasLost && caughtUp !== null ? (
        <p className="resume-note">{strings.connection.resumed(caughtUp)}</p>
      ) : null}
    </div>
  );
}
