/** Where the page is there and its node is not. It asks again by itself. */
import { useEffect } from 'react';
import { Notice } from '../parts/notice.tsx';
import { strings } from '../strings.ts';

const againMs = 2000;

export function NoNode({ onAgain }: { readonly onAgain: () => void }) {
  useEffect(() => {
    const timer = setInterval(onAgain, againMs);
    return () => clearInterval(timer);
  }, [onAgain]);
  return (
    <Notice>
      <div className="form sign-in">
        <h1>{strings.noNode.title}</h1>
        <p>{strings.noNode.text}</p>
        <div className="form-acts">
          <button type="button" className="button is-main" onClick={onAgain}>
            {strings.tryAgain}
          </button>
        </div>
      </div>
    </Notice>
  );
}
