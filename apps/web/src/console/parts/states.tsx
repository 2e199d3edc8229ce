/** What a page shows while there is nothing to show: it loads, it is empty, or the read was refused. */
import type { ReactNode } from 'react';
import { CallFailure, missingScopeIn } from '../rest/failure.ts';
import { strings } from '../strings.ts';

export const Loading = () => (
  <p className="state-note" role="status">
    {strings.loading}
    <span className="loading-bar" aria-hidden="true" />
  </p>
);

export const Empty = ({ children = strings.empty }: { readonly children?: ReactNode }) => (
  <div className="state-note">{children}</div>
);

interface FailureNoteProps {
  readonly error: Error;
  /** Absent: it cannot be tried again from here. */
  readonly onAgain?: () => void;
}

export function FailureNote({ error, onAgain }: FailureNoteProps) {
  const scope = missingScopeIn(error);
  const code = error instanceof CallFailure ? error.code : null;
  return (
    <div className="state-note is-failure" role="alert">
      <p>{scope === null ? error.message : strings.permission.missing(scope)}</p>
      {code === null ? null : <p className="mono hint">{code}</p>}
      {onAgain === undefined || scope !== null ? null : (
        <button type="button" className="button" onClick={onAgain}>
          {strings.again}
        </button>
      )}
    </div>
  );
}

interface ReadProps<R> {
  readonly read: {
    readonly data: R | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly children: (data: R) => ReactNode;
}

/** Shows what was read; the last that was read stays while the node does not answer, below a note of that. */
export function Read<R>({ read, children }: ReadProps<R>) {
  const { data, error, refetch } = read;
  const again = () => void refetch();
  if (data === undefined) return error === null ? <Loading /> : <FailureNote error={error} onAgain={again} />;
  return (
    <>
      {error === null ? null : <FailureNote error={error} onAgain={again} />}
      {children(data)}
    </>
  );
}
