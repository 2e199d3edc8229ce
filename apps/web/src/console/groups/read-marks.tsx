/** How far the members of a small group have read. */
import type { GroupInfo } from '@plenum/protocol';
import { useMemo } from 'react';
import { useRead } from '../rest/queries.ts';
import { strings } from '../strings.ts';

const texts = strings.members;
/** The node refuses the marks of more members. */
const membersMax = 100;
/** Of one page, with the applicants among the members. */
const pageRows = 200;

export interface Readers {
  /** Seq of the newest entry. */
  readonly headSeq: number;
  readonly readSeqs: ReadonlyMap<string, number>;
}

/** Null: the group is too large, or the marks are not here. */
export function useReaders(groupId: string, { counts }: GroupInfo): Readers | null {
  const { active = 0, muted = 0, pending = 0 } = counts ?? {};
  const isOn = active + muted <= membersMax && active + muted + pending <= pageRows;
  const { data } = useRead('list_read_marks', { group_id: groupId, limit: pageRows }, { isOn });
  return useMemo(() => {
    if (data === undefined || !isOn) return null;
    const readSeqs = new Map(data.marks.map(({ user_id, read_seq }) => [String(user_id), read_seq]));
    return { headSeq: data.head_seq, readSeqs };
  }, [data, isOn]);
}

export function ReadMark({ readers, userId }: { readonly readers: Readers; readonly userId: string }) {
  const readSeq = readers.readSeqs.get(userId);
  if (readSeq === undefined) return <span className="dim">–</span>;
  const behind = readers.headSeq - readSeq;
  return behind <= 0 ? (
    <span className="dim">{texts.readAll}</span>
  ) : (
    <span title={texts.behind(behind)}>{texts.readTo(readSeq)}</span>
  );
}
