// The lines of a group: through a filter pattern, in a stretch of time, and followed while they come.
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useMemo, useState, type FormEvent } from 'react';

import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { countText } from '../../app/format';
import { useUrlState } from '../../app/router';
import { Empty, Loading } from '../../app/States';
import { boundsOf, parseRange, rangeText } from '../discover/time';
import { TimePicker } from '../discover/TimePicker';
import { Line } from './Line';
import { kMost, tailOf, type LogWindow } from './tail';

const kFollowMs = 2000;
const kLinesAPage = 100;

function Pattern({ value, change }: { value: string; change: (value: string | undefined) => void }) {
  const [text, setText] = useState(value);
  const [applied, setApplied] = useState(value);
  if (applied !== value) {
    // Changed elsewhere: by a link, or by going back.
    setApplied(value);
    setText(value);
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change(text.trim() || undefined);
  };
  return (
    <form onSubmit={submit}>
      <FormField label="Filter pattern" constraintText="Words, “a phrase”, ?either ?or, -without, %expression%, { $.field = value }">
        <Input
          type="search"
          value={text}
          onChange={({ detail }) => {
            setText(detail.value);
            if (detail.value === '') change(undefined);
          }}
          clearAriaLabel="Clear the filter pattern"
          placeholder="Enter to apply"
          spellcheck={false}
        />
      </FormField>
    </form>
  );
}

function Shown({ window, newestFirst, oneStream }: { window: LogWindow; newestFirst: boolean; oneStream: boolean }) {
  const [page, setPage] = useState(1);
  const { lines } = window;
  const pages = Math.max(Math.ceil(lines.length / kLinesAPage), 1);
  const at = Math.min(page, pages);
  const shown = useMemo(() => {
    const begin = (at - 1) * kLinesAPage;
    if (!newestFirst) return lines.slice(begin, begin + kLinesAPage);
    const end = lines.length - begin;
    return lines.slice(Math.max(end - kLinesAPage, 0), end).toReversed();
  }, [lines, at, newestFirst]);
  return (
    <>
      {pages > 1 && (
        <Pagination
          currentPageIndex={at}
          pagesCount={pages}
          onChange={({ detail }) => setPage(detail.currentPageIndex)}
          ariaLabels={{
            nextPageLabel: 'Next page',
            previousPageLabel: 'Previous page',
            pageLabel: (number) => `Page ${number}`,
            paginationLabel: 'Pages of lines',
          }}
        />
      )}
      <ol className="log" data-testid="log-lines">
        {shown.map((line) => (
          <Line key={line.eventId} line={line} showStream={!oneStream} />
        ))}
      </ol>
    </>
  );
}

export function Events({ group }: { group: string }) {
  const [pattern, setPattern] = useUrlState('pattern');
  const [stream, setStream] = useUrlState('stream');
  const [rangeState, setRange] = useUrlState('range', '1h');
  const [follow, setFollow] = useUrlState('follow');
  const [order, setOrder] = useUrlState('order', 'newest');
  const range = useMemo(() => parseRange(rangeState), [rangeState]);
  const open = range.kind !== 'between';
  const tail = useMemo(() => {
    const search = { group, stream, pattern };
    return tailOf(search, (now) => {
      const bounds = boundsOf(range, now);
      return { from: bounds?.from, to: open ? undefined : bounds?.to };
    });
  }, [group, stream, pattern, range, open]);
  const { data, error, loading, reload } = useLive(tail, follow === 'yes' && open ? kFollowMs : 0);
  const count = data?.lines.length ?? 0;

  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={count > 0 ? `(${countText(count)})` : undefined}
          description={stream !== '' && <span className="wrap-anywhere">Stream {stream}</span>}
          actions={
            <SpaceBetween direction="horizontal" size="m" alignItems="center">
              <Toggle checked={order === 'newest'} onChange={({ detail }) => setOrder(detail.checked ? 'newest' : 'oldest')}>
                Newest first
              </Toggle>
              <Toggle
                checked={follow === 'yes' && open}
                disabled={!open}
                onChange={({ detail }) => setFollow(detail.checked ? 'yes' : undefined)}
              >
                Follow
              </Toggle>
              {stream !== '' && <Button onClick={() => setStream(undefined)}>All streams</Button>}
              <Button iconName="refresh" ariaLabel="Load what is new" onClick={reload} />
            </SpaceBetween>
          }
        >
          Lines
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div className="log-controls">
          <Pattern value={pattern} change={setPattern} />
          <FormField label="Time range">
            <TimePicker range={range} change={(next) => setRange(rangeText(next) ?? 'all')} />
          </FormField>
        </div>
        <ErrorNotice error={error} what="Reading the log" retry={reload} />
        {data === undefined && error === undefined && <Loading what="the lines" />}
        {data && count === 0 && !data.more && (
          <Empty
            title={pattern === '' ? 'No line in this stretch of time.' : 'No line matches in this stretch of time.'}
            hint={follow === 'yes' ? 'What comes appears here.' : 'Choose a longer one, or follow what comes.'}
          />
        )}
        {data && count > 0 && <Shown window={data} newestFirst={order === 'newest'} oneStream={stream !== ''} />}
        {data && data.dropped > 0 && <p className="quiet">{`The newest ${countText(kMost)} of what was read are shown.`}</p>}
        {data?.more && (
          <SpaceBetween direction="horizontal" size="s" alignItems="center">
            <span>There is more, later in time.</span>
            <Button onClick={reload} loading={loading}>
              Read on
            </Button>
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  );
}
