/** Says on every page what is wrong with the node or with Redis, and goes when it is over. The pages read again then. */
import type { Readiness } from '@plenum/protocol';
import { useEffect, useRef } from 'react';
import { health } from '../operation-strings.ts';
import { queries } from '../rest/queries.ts';
import { NoReadyNode, useHealth } from './health.ts';

interface Trouble {
  readonly isBad: boolean;
  readonly title: string;
  readonly text: string;
}

function troubleOf({ ready, draining, shards_away, notices = [] }: Readiness): Trouble | null {
  const text = notices.join(' ');
  if (draining) return { isBad: false, title: health.draining, text };
  if (!ready) return { isBad: true, title: health.notReady, text: text || health.notReadyText };
  if (shards_away > 0)
    return {
      isBad: true,
      title: health.shardsAway(shards_away),
      text: `${health.shardsText} ${text}`.trim(),
    };
  return text === '' ? null : { isBad: false, title: health.notice, text };
}

const troubleOfError = (error: Error): Trouble =>
  error instanceof NoReadyNode
    ? { isBad: true, title: health.noReadyNode, text: health.noReadyNodeText }
    : { isBad: true, title: health.noNode, text: health.noNodeText };

export function HealthBanner() {
  const { data, error, isPending } = useHealth();
  const trouble = error !== null ? troubleOfError(error) : data ? troubleOf(data) : null;
  const isBad = trouble?.isBad === true;
  const wasBad = useRef(false);
  useEffect(() => {
    if (isPending) return;
    if (wasBad.current && !isBad)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'health' });
    wasBad.current = isBad;
  }, [isBad, isPending]);
  return (
    <div className="health" role="status">
      {trouble === null ? null : (
        <div className={isBad ? 'health-note is-bad' : 'health-note'}>
          <b>{trouble.title}</b>
          <span>{trouble.text}</span>
        </div>
      )}
    </div>
  );
}
