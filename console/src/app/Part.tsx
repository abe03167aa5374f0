// A part of a page that loads by itself: what is refused to the reader leaves the other parts as they are.
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import type { ReactNode } from 'react';

import { useLive } from '../api/live';
import { ErrorNotice } from './ErrorNotice';
import { Loading } from './States';

interface Props<Data> {
  title: string;
  load: (signal: AbortSignal) => Promise<Data>; // stable
  everyMs?: number;
  render: (data: Data) => ReactNode;
  actions?: ReactNode;
  bare?: boolean; // what is shown brings its own frame
}

export function Part<Data>({ title, load, everyMs = 0, render, actions, bare }: Props<Data>) {
  const { data, error, reload } = useLive(load, everyMs);
  const failed = error !== undefined && error !== null;
  const content = (
    <>
      {failed && <ErrorNotice error={error} what={title} retry={reload} />}
      {data === undefined ? !failed && <Loading what={title.toLowerCase()} /> : render(data)}
    </>
  );
  if (bare) return content;
  return (
    <Container
      header={
        <Header variant="h2" actions={actions}>
          {title}
        </Header>
      }
    >
      {content}
    </Container>
  );
}
