/** A page that has one thing to say, under the name of the product. */
import type { ReactNode } from 'react';
import { strings } from '../strings.ts';
import { Mark } from './mark.tsx';

export function Notice({ children }: { readonly children: ReactNode }) {
  return (
    <main className="notice">
      <p className="brand notice-brand">
        <Mark />
        {strings.product} <span className="brand-part">{strings.playground}</span>
      </p>
      {children}
    </main>
  );
}
