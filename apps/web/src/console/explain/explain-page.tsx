import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function ExplainPage() {
  return <PageHead title={strings.pages.explain} />;
}
