import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function TracePage() {
  return <PageHead title={strings.pages.trace} />;
}
