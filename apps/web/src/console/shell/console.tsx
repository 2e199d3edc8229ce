/** The whole page: the sign-in, or the bar, the navigation and the page of the address. */
import { Suspense, useEffect, useState } from 'react';
import { useStore } from '../../session/store.ts';
import { HealthBanner } from '../health/health-banner.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Loading } from '../parts/states.tsx';
import { callLog } from '../rest/call-log.ts';
import { queries } from '../rest/queries.ts';
import { Link } from '../router/link.tsx';
import { isReadable } from '../router/match.ts';
import { usePlace } from '../router/place.ts';
import { isSetReadOnly } from '../session/permission.ts';
import { type Admin, session } from '../session/session.ts';
import { strings } from '../strings.ts';
import { Inspector } from './inspector.tsx';
import { LastAct } from './last-act.tsx';
import { Navigation } from './navigation.tsx';
import { PageBoundary } from './page-boundary.tsx';
import { routeOf } from './routes.tsx';
import { SignIn } from './sign-in.tsx';
import { TopBar } from './top-bar.tsx';

export function Console() {
  const now = useStore(session);
  useEffect(() => {
    if (now?.state !== 'signed out') return;
    // The next session may be of another token, which may read less.
    queries.clear();
    callLog.clear();
    isSetReadOnly.set(false);
  }, [now]);
  if (now === null) return <Loading />;
  return now.state === 'signed in' ? <Frame admin={now.admin} /> : <SignIn reason={now.reason} />;
}

function Frame({ admin }: { readonly admin: Admin }) {
  const [hasInspector, setInspector] = useState(false);
  return (
    <div className={hasInspector ? 'frame has-inspector' : 'frame'}>
      <TopBar admin={admin} hasInspector={hasInspector} onInspector={() => setInspector(!hasInspector)} />
      <Navigation />
      <main className="main">
        <HealthBanner />
        <CurrentPage />
      </main>
      {hasInspector ? <Inspector onClose={() => setInspector(false)} /> : null}
      {hasInspector ? null : <LastAct onShow={() => setInspector(true)} />}
    </div>
  );
}

function CurrentPage() {
  const place = usePlace();
  const shown = routeOf(place);
  if (shown === null) {
    const texts = isReadable(place.path) ? strings.notFound : strings.badAddress;
    return (
      <div className="page-body">
        <PageHead title={texts.title} />
        <Empty>
          <p>{texts.text}</p>
          <Link to="/">{strings.notFound.home}</Link>
        </Empty>
      </div>
    );
  }
  const { route, params } = shown;
  return (
    <PageBoundary key={`${route.name} ${Object.values(params)[0] ?? ''}`}>
      <Suspense fallback={<Loading />}>
        <div className={`page-body is-${route.name}`}>
          <route.Page params={params} query={place.query} />
        </div>
      </Suspense>
    </PageBoundary>
  );
}
