/** The title of a page with what can be done there. The focus goes to it when the page is opened. */
import { type ReactNode, useEffect, useRef } from 'react';
import { strings } from '../strings.ts';

interface PageHeadProps {
  readonly title: string;
  /** True: the title is the id of something, of any script and length. */
  readonly isId?: boolean;
  /** Facts below the title. */
  readonly facts?: ReactNode;
  /** Buttons. */
  readonly children?: ReactNode;
}

export function PageHead({ title, isId = false, facts, children }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = strings.title(title);
    // Not at the first page: the browser starts at the top of it.
    if (document.activeElement !== document.body) heading.current?.focus();
  }, [title]);
  return (
    <header className="page-head">
      <div className="page-title">
        <h1 ref={heading} tabIndex={-1} className={isId ? 'is-id' : undefined}>
          {title}
        </h1>
        {facts === undefined ? null : <div className="page-facts">{facts}</div>}
      </div>
      <div className="page-acts">{children}</div>
    </header>
  );
}
