// A view that breaks must not take the console with it.
import { Component, type ReactNode } from 'react';

import { ErrorNotice } from './ErrorNotice';

export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <ErrorNotice error={this.state.error} what="This view" retry={() => this.setState({ error: undefined })} />
    );
  }
}
