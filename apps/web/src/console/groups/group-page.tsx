/** One group: what it is, and its parts, each at an address of its own. */
import type { GroupInfo } from '@plenum/protocol';
import { type ReactNode, useEffect, useRef } from 'react';
import { PageHead } from '../parts/page-head.tsx';
import { Read } from '../parts/states.tsx';
import { useRead } from '../rest/queries.ts';
import { Link } from '../router/link.tsx';
import type { PageProps } from '../router/page.ts';
import { pathOf } from '../router/place.ts';
import { strings } from '../strings.ts';
import { Bans } from './bans.tsx';
import { History } from './history.tsx';
import { Invites } from './invites.tsx';
import { Members } from './members.tsx';
import { Overview } from './overview.tsx';
import type { PartProps } from './part.ts';
import { Settings } from './settings.tsx';

const texts = strings.group;
/** Counts and settings are read anew so often while they are seen, ms. */
const infoEveryMs = 5000;

const parts: Readonly<Record<keyof typeof texts.tabs, (props: PartProps) => ReactNode>> = {
  overview: (props) => <Overview {...props} />,
  history: (props) => <History {...props} />,
  members: (props) => <Members {...props} />,
  requests: (props) => <Members {...props} isOfApplicants />,
  bans: (props) => <Bans {...props} />,
  invites: (props) => <Invites {...props} />,
  settings: (props) => <Settings {...props} />,
};
type Tab = keyof typeof parts;
const isTab = (text: string | undefined): text is Tab => text !== undefined && Object.hasOwn(parts, text);

export function GroupPage({ params }: PageProps) {
  const { group_id: groupId = '', tab } = params;
  const shown: Tab = isTab(tab) ? tab : 'overview';
  const info = useRead('get_group_info', { group_id: groupId }, { everyMs: infoEveryMs });
  return (
    <>
      <PageHead title={groupId} isId facts={info.data === undefined ? undefined : <Facts info={info.data} />}>
        <Link className="button" to={`/explain?group=${encodeURIComponent(groupId)}`}>
          {texts.why}
        </Link>
      </PageHead>
      <Read read={info}>
        {(data) => (
          <>
            <Tabs groupId={groupId} shown={shown} info={data} />
            <div className={`part is-${shown}`}>{parts[shown]({ groupId, info: data })}</div>
          </>
        )}
      </Read>
    </>
  );
}

function Facts({ info }: { readonly info: GroupInfo }) {
  const { group_type, counts, posting = 'members', ephemeral } = info;
  return (
    <>
      <span>{`${group_type}: ${texts.types[group_type]}`}</span>
      {counts === undefined ? null : (
        <span>{`${counts.active.toLocaleString('en')} ${texts.counts.active}`}</span>
      )}
      {posting === 'members' ? null : <span className="is-warning">{strings.postings[posting]}</span>}
      {ephemeral === true ? <span>{strings.settings.ephemeral}</span> : null}
    </>
  );
}

interface TabsProps {
  readonly groupId: string;
  readonly shown: Tab;
  readonly info: GroupInfo;
}

function Tabs({ groupId, shown, info }: TabsProps) {
  const pending = info.counts?.pending ?? 0;
  const nav = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a narrow screen the tab that is shown may be outside of it
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [shown]);
  return (
    <nav ref={nav} className="tabs" aria-label={texts.parts}>
      {Object.keys(parts)
        .filter(isTab)
        .map((tab) => (
          <Link
            key={tab}
            className="tab"
            to={tab === 'overview' ? pathOf('groups', groupId) : pathOf('groups', groupId, tab)}
            isCurrent={tab === shown}
          >
            {texts.tabs[tab]}
            {tab === 'requests' && pending > 0 ? <span className="tab-count">{pending}</span> : null}
          </Link>
        ))}
    </nav>
  );
}
