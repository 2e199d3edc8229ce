import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function UsersPage() {
  return <PageHead title={strings.pages.users} />;
}
