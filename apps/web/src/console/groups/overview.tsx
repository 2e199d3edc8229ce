/** What a group is now: its counts, its log, its owner, what is pinned; and the acts for the whole of it. */
import type { GroupInfo, GroupOwner } from '@plenum/protocol';
import { type ReactNode, useState } from 'react';
import { ActButton } from '../acts/act-menu.tsx';
import { actsFor } from '../acts/act-table.ts';
import { CallWindow } from '../parts/call-window.tsx';
import { Actor, Id, Time } from '../parts/marks.tsx';
import { callOf } from '../rest/call.ts';
import { useRead, useRest } from '../rest/queries.ts';
import { go } from '../router/place.ts';
import { useProblemOf } from '../session/permission.ts';
import { strings } from '../strings.ts';
import type { PartProps } from './part.ts';

const texts = strings.group;
/** Who is online is counted anew so often while it is seen, ms. */
const onlineEveryMs = 5000;

export function Overview({ groupId, info }: PartProps) {
  const online = useRead('presence', { group_id: groupId }, { everyMs: onlineEveryMs });
  const owner = useRest<GroupOwner>(`/v1/groups/${encodeURIComponent(groupId)}/owner`);
  const { counts, metadata, pinned = [], posting = 'members', epoch, seq = 0, created_at } = info;
  return (
    <div className="overview">
      <dl className="facts">
        {counts === undefined ? null : <Counts counts={counts} max={info.max_members ?? null} />}
        <Fact name={texts.online}>
          {online.data === undefined ? '–' : texts.onlineCount(online.data.count)}
        </Fact>
        <Fact name={texts.posting}>{strings.postings[posting]}</Fact>
        <Fact name={strings.groups.last}>{seq.toLocaleString('en')}</Fact>
        <Fact name={texts.epoch}>
          <span className="mono">{epoch ?? '–'}</span>
        </Fact>
        <Fact name={texts.createdAt}>{created_at === undefined ? '–' : <Time at={created_at} />}</Fact>
        <Fact name={texts.partition}>{String(owner.data?.partition ?? info.partition ?? '–')}</Fact>
        <Fact name={texts.owner}>
          <span className="mono">
            {owner.data?.moving === true ? texts.moving : (owner.data?.node_id ?? '–')}
          </span>
        </Fact>
      </dl>
      <div className="act-row">
        <PostingButton groupId={groupId} info={info} />
        {[...actsFor('group'), ...actsFor('outsider')]
          .filter((name) => name !== 'delete_group')
          .map((name) => (
            <ActButton key={name} name={name} known={{ group_id: groupId }} />
          ))}
        <span className="act-last">
          <ActButton
            name="delete_group"
            known={{ group_id: groupId }}
            onDone={() => go('/groups', { replace: true })}
          />
        </span>
      </div>
      {pinned.length === 0 ? null : (
        <section className="block">
          <h2>{texts.pinned}</h2>
          <ul className="plain-rows">
            {pinned.map(({ message_id, pinned_by, pinned_at, seq: at }) => (
              <li key={message_id}>
                <span className="mono">{at}</span>
                <Id id={message_id} />
                <span className="dim">
                  <Actor id={pinned_by} /> <Time at={pinned_at} />
                </span>
                <ActButton
                  name="unpin_message"
                  known={{ group_id: groupId, message_id }}
                  subject={String(at)}
                  isSmall
                />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="block">
        <h2>{texts.metadata}</h2>
        {metadata === null || metadata === undefined ? (
          <p className="hint">{texts.none}</p>
        ) : (
          <pre className="code">{JSON.stringify(metadata, null, 2)}</pre>
        )}
      </section>
    </div>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function Counts({
  counts,
  max,
}: {
  readonly counts: NonNullable<GroupInfo['counts']>;
  readonly max: number | null;
}) {
  const named = ['pending', 'muted', 'admins', 'moderators'] as const;
  return (
    <>
      <Fact name={texts.counts.active}>{texts.ofMax(counts.active, max)}</Fact>
      {named.map((name) => (
        <Fact key={name} name={texts.counts[name]}>
          {(counts[name] ?? 0).toLocaleString('en')}
        </Fact>
      ))}
    </>
  );
}

/** Freezes the group, or lets all members send again. */
function PostingButton({ groupId, info }: PartProps) {
  const [isOpen, setOpen] = useState(false);
  const problem = useProblemOf('groups');
  const isFrozen = info.posting === 'nobody';
  const title = isFrozen ? texts.unfreeze : texts.freeze;
  const call = callOf('update_group', { group_id: groupId, posting: isFrozen ? 'members' : 'nobody' });
  return (
    <>
      <button
        type="button"
        className="button"
        aria-disabled={problem !== null}
        title={problem ?? undefined}
        onClick={() => problem === null && setOpen(true)}
      >
        {title}
      </button>
      {isOpen ? (
        <CallWindow
          title={`${title}: ${groupId}`}
          {...(isFrozen ? {} : { about: texts.freezeAbout })}
          submit={title}
          scope="groups"
          callOf={() => call}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}
