import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function AdaptersPage() {
  return <PageHead title={strings.pages.adapters} />;
}
