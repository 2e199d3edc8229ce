/** What can be done with the selected dead letters, or with all that match; and how far a run is. */
import { deadLetters as texts } from '../operation-strings.ts';
import type { BulkProgress } from './bulk.ts';

interface BulkBarProps {
  /** The selected ids that are shown. */
  readonly chosen: readonly string[];
  readonly hasMatches: boolean;
  readonly isFiltered: boolean;
  /** Why no act is offered; null: acts are. */
  readonly problem: string | null;
  readonly progress: BulkProgress | null;
  /** @param ids null: all that match */
  readonly onRetry: (ids: readonly string[] | null) => void;
  readonly onDelete: (ids: readonly string[] | null) => void;
  readonly onStop: () => void;
  readonly onClose: () => void;
}

export function BulkBar(props: BulkBarProps) {
  const { chosen, hasMatches, problem, progress, onRetry, onDelete } = props;
  const isBusy = progress?.state === 'running';
  const isOff = isBusy || problem !== null;
  const hint = problem ?? undefined;
  if (!hasMatches && progress === null) return null;
  return (
    <div className="bulk">
      {hasMatches ? (
        <div className="bulk-acts">
          {chosen.length > 0 ? (
            <>
              <Act
                text={texts.retrySelected(chosen.length)}
                isOff={isOff}
                hint={hint}
                onPress={() => onRetry(chosen)}
              />
              <Act
                text={texts.deleteSelected(chosen.length)}
                isOff={isOff}
                hint={hint}
                onPress={() => onDelete(chosen)}
              />
            </>
          ) : (
            <>
              <Act text={texts.retryAll} isOff={isOff} hint={hint} onPress={() => onRetry(null)} />
              <Act text={texts.deleteAll} isOff={isOff} hint={hint} onPress={() => onDelete(null)} />
            </>
          )}
        </div>
      ) : null}
      {progress === null ? null : (
        <Progress progress={progress} onStop={props.onStop} onClose={props.onClose} />
      )}
    </div>
  );
}

interface ActProps {
  readonly text: string;
  readonly isOff: boolean;
  readonly hint: string | undefined;
  readonly onPress: () => void;
}

const Act = ({ text, isOff, hint, onPress }: ActProps) => (
  <button type="button" className="button" disabled={isOff} title={hint} onClick={onPress}>
    {text}
  </button>
);

interface ProgressProps {
  readonly progress: BulkProgress;
  readonly onStop: () => void;
  readonly onClose: () => void;
}

function Progress({
  progress: { act, done, failed, total, state, problem },
  onStop,
  onClose,
}: ProgressProps) {
  const { run } = texts;
  const isRunning = state === 'running';
  const title = isRunning ? run[act] : run[state];
  return (
    <div className="bulk-progress">
      <b>{title}</b>
      <progress
        aria-label={run[act]}
        {...(total === null && isRunning
          ? {}
          : { max: Math.max(1, total ?? done + failed), value: done + failed })}
      />
      <span role="status">{run.done(done, failed)}</span>
      {problem === null ? null : <span className="problem">{problem}</span>}
      <button type="button" className="link" onClick={isRunning ? onStop : onClose}>
        {isRunning ? run.stop : run.close}
      </button>
    </div>
  );
}
