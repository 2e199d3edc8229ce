/** The first page: the question with which most problems begin, and the cluster at a glance. */
import { ClusterPage } from '../cluster/cluster-page.tsx';
import { WhyBox } from '../explain/why-box.tsx';

export const StartPage = () => (
  <>
    <div className="start-question">
      <WhyBox />
    </div>
    <ClusterPage />
  </>
);
