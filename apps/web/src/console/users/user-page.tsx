import { PageHead } from '../parts/page-head.tsx';
import type { PageProps } from '../router/page.ts';

export function UserPage({ params }: PageProps) {
  return <PageHead title={params['user_id'] ?? ''} isId />;
}
