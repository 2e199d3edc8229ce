import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function AuditPage() {
  return <PageHead title={strings.pages.audit} />;
}
