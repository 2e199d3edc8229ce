/** A part of the members panel: a title with a count, and rows; and what every part needs. */
import type { ReactNode } from 'react';
import type { Person } from '../session/person.ts';

type Ask = Promise<{ ok: true } | { ok: false; failure: { code: string; error: string } }>;
export type Act = (ask: Ask) => Promise<void>;

export interface OfGroup {
  readonly person: Person;
  readonly groupId: string;
  readonly act: Act;
}

export function Part({
  title,
  count,
  children,
}: {
  readonly title: string;
  readonly count?: number;
  readonly children: ReactNode;
}) {
  return (
    <section className="part">
      <h5>
        {title} {count === undefined ? null : <span className="part-count">{count}</span>}
      </h5>
      <ul>{children}</ul>
    </section>
  );
}
