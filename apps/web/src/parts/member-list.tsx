/** The members of a group. Only the rows on the screen are in the page, and the next part is read when the reader comes near it. */
import type { Members } from '@plenum/react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { strings } from '../strings.ts';
import { Member, type Rights } from './member-row.tsx';
import type { OfGroup } from './members-part.tsx';

interface MemberListProps extends OfGroup {
  readonly members: Members;
  /** Null: not known, as in a large group. */
  readonly online: ReadonlySet<string> | null;
  readonly rights: Rights;
}

const rowPx = 40;
/** So many rows before the end of what is known, the next part is read. */
const nearRows = 20;

export function MemberList({ members, online, rights, groupId, act }: MemberListProps) {
  const inside = members.members.filter(({ status }) => status !== 'pending');
  const { hasMore, isLoading, loadMore } = members;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: inside.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    getItemKey: (at) => inside[at]?.user_id ?? at,
    overscan: 8,
    initialRect: { width: 0, height: 480 },
  });
  const rows = virtual.getVirtualItems();
  const isNearEnd = (rows.at(-1)?.index ?? 0) + nearRows >= inside.length;
  useEffect(() => {
    if (isNearEnd && hasMore && !isLoading) void loadMore();
  }, [isNearEnd, hasMore, isLoading, loadMore]);
  return (
    <section
      ref={box}
      className="member-list"
      aria-label={strings.members.active}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
      tabIndex={0}
    >
      <ul style={{ height: virtual.getTotalSize() }}>
        {rows.map(({ index, key, start, size }) => {
          const member = inside[index];
          return member === undefined ? null : (
            <li
              key={key}
              className="member-place"
              aria-setsize={hasMore ? -1 : inside.length}
              aria-posinset={index + 1}
              style={{ height: size, transform: `translateY(${start}px)` }}
            >
              <Member
                groupId={groupId}
                act={act}
                member={member}
                isOnline={online?.has(member.user_id)}
                rights={rights}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
