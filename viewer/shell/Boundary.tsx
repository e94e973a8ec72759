import { Component, type ReactNode } from 'react';
import { Failure } from './Failure.tsx';

interface Props {
  readonly children: ReactNode;
}

/** Keeps a part that fails from taking the page with it: says what happened and offers to try again. */
export class Boundary extends Component<Props, { readonly message: string | null }> {
  override state = { message: null };

  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return <Failure message={message} retry={() => this.setState({ message: null })} />;
  }
}
