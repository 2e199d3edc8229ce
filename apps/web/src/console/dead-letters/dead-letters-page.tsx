import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';

export function DeadLettersPage() {
  return <PageHead title={strings.pages.deadLetters} />;
}
