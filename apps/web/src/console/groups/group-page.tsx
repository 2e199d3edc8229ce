import { PageHead } from '../parts/page-head.tsx';
import type { PageProps } from '../router/page.ts';

export function GroupPage({ params }: PageProps) {
  return <PageHead title={params['group_id'] ?? ''} isId />;
}
