/** A part of the members panel: a title with a count, and rows; and what every part needs. */
import type { Outcome } from '@plenum/client';
import type { ReactNode } from 'react';

/** Shows why something was refused. */
export type Act = (ask: Promise<Outcome<unknown>>) => Promise<void>;

export interface OfGroup {
  readonly groupId: string;
  readonly act: Act;
}

export function Part({
  title,
  count,
  hasOwnList = false,
  children,
}: {
  readonly title: string;
  readonly count?: number;
  /** True: the children are no rows, they bring a list. */
  readonly hasOwnList?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <section className="part">
      <h5>
        {title} {count === undefined ? null : <span className="part-count">{count}</span>}
      </h5>
      {hasOwnList ? children : <ul>{children}</ul>}
    </section>
  );
}
