import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function ClusterPage() {
  return <PageHead title={strings.pages.cluster} />;
}
