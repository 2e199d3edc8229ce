/** The first page: the cluster at a glance, and the question with which most problems begin. */
import { WhyBox } from '../explain/why-box.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function ClusterPage() {
  return (
    <>
      <PageHead title={strings.pages.cluster} />
      <WhyBox />
    </>
  );
}
