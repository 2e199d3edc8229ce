/** A link within the console. With a modifier key the browser opens it as any other. */
import type { MouseEvent, ReactNode } from 'react';
import { go, hrefOf } from './place.ts';

interface LinkProps {
  /** Path below `/console`. */
  readonly to: string;
  readonly className?: string;
  readonly isCurrent?: boolean;
  readonly title?: string;
  readonly children: ReactNode;
}

const isPlain = ({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent) =>
  button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;

export function Link({ to, className, isCurrent = false, title, children }: LinkProps) {
  return (
    <a
      href={hrefOf(to)}
      className={className}
      title={title}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        if (!isPlain(event)) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
