/** Keeps the failure of one page from taking the others away: for example when its code cannot be loaded. */
import { Component, type ReactNode } from 'react';
import { FailureNote } from '../parts/states.tsx';

interface Props {
  readonly children: ReactNode;
}
interface State {
  readonly error: Error | null;
}

export class PageBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === null ? (
      this.props.children
    ) : (
      <FailureNote error={error} onAgain={() => globalThis.location.reload()} />
    );
  }
}
