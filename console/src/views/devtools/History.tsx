// The requests that were run before: a click puts one into the editor.
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';

import { timeText } from '../../app/format';
import { Empty } from '../../app/States';
import type { Past } from './past';

interface Props {
  past: Past[];
  use: (text: string) => void;
  clear: () => void;
}

export function History({ past, use, clear }: Props) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Kept in this browser only, without the answers."
          actions={
            <Button disabled={past.length === 0} onClick={clear}>
              Clear
            </Button>
          }
        >
          History
        </Header>
      }
    >
      {past.length === 0 ? (
        <Empty title="No request was run yet." />
      ) : (
        <ul className="history" aria-label="Requests that were run">
          {past.map(({ time, text }) => {
            const [first = '', ...body] = text.split('\n');
            return (
              <li key={`${time} ${text}`}>
                <button type="button" title={text.slice(0, 2000)} onClick={() => use(text)}>
                  <code>{first}</code>
                  <span className="quiet">{body.join(' ').replaceAll(/\s+/g, ' ').slice(0, 120)}</span>
                  <time className="quiet">{timeText(time / 1000)}</time>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </Container>
  );
}
