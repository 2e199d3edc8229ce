import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function GroupsPage() {
  return <PageHead title={strings.pages.groups} />;
}
