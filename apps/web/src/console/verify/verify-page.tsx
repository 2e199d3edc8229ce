/** Counts end to end from the browser: a canary group whose messages are sent and received by connections of this page. */
import { useStore } from '../../session/store.ts';
import { verify as texts } from '../operation-strings.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Link } from '../router/link.tsx';
import { useProblemOf } from '../session/permission.ts';
import { session } from '../session/session.ts';
import { strings } from '../strings.ts';
import { CanaryForm } from './canary-form.tsx';
import { CanaryRun, type CanarySettings, canaryOfTab } from './canary-run.ts';
import { RunCard } from './run-card.tsx';

export function VerifyPage() {
  const run = useStore(canaryOfTab);
  const refused = useProblemOf('groups');
  const signedIn = useStore(session);
  const hasSockets = signedIn?.state !== 'signed in' || signedIn.admin.has_sockets;
  const problem = refused ?? (hasSockets ? null : texts.noSockets);
  const start = (settings: CanarySettings) => {
    if (signedIn?.state !== 'signed in') return;
    const started = new CanaryRun(settings, signedIn.admin.event);
    canaryOfTab.set(started);
    void started.run();
  };
  return (
    <>
      <PageHead title={strings.pages.verify} facts={<span>{texts.text}</span>} />
      <div className="verify">
        {run === null ? (
          <CanaryForm problem={problem} onStart={start} />
        ) : (
          <Shown run={run} problem={problem} onStart={start} />
        )}
        <p className="hint">
          {texts.meanwhile} <Link to="/">{strings.pages.cluster}</Link>
        </p>
      </div>
    </>
  );
}

interface ShownProps {
  readonly run: CanaryRun;
  readonly problem: string | null;
  readonly onStart: (settings: CanarySettings) => void;
}

function Shown({ run, problem, onStart }: ShownProps) {
  const state = useStore(run.state);
  const isOver = state.phase === 'over' || state.phase === 'failed';
  return (
    <>
      {isOver ? <CanaryForm problem={problem} settings={state.settings} onStart={onStart} /> : null}
      <RunCard state={state} onStop={() => run.stop()} />
    </>
  );
}
