import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function VerifyPage() {
  return <PageHead title={strings.pages.verify} />;
}
