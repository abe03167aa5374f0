// What was found: how much, when, which fields, which documents.
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';

import { useLive, type Live } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { countText } from '../../app/format';
import { Empty, Loading } from '../../app/States';
import { TimeChart } from '../../charts/TimeChart';
import { loadDocuments, loadHistogram, type Documents, type Histogram } from './documents';
import { DocumentTable } from './DocumentTable';
import { ExportButton } from './ExportButton';
import { FieldList } from './FieldList';
import { kPageSize, kWindow, type Asked } from './request';
import { withFilter, type DiscoverState, type Filter } from './state';
import { intervalWords, type Range } from './time';

interface Props {
  collection: string;
  index: string;
  asked: Asked;
  range: Range;
  state: DiscoverState;
  change: (patch: Partial<DiscoverState>) => void;
}

// While newer data is loaded, what was there stays: nothing jumps.
function useKept<Data>(live: Live<Data>): Live<Data> {
  const [kept, setKept] = useState(live.data);
  const data = live.error === undefined ? (live.data ?? kept) : undefined;
  if (data !== kept) setKept(data);
  return { ...live, data };
}

const wide = window.matchMedia('(min-width: 1000px)');
const watchWidth = (changed: () => void) => {
  wide.addEventListener('change', changed);
  return () => wide.removeEventListener('change', changed);
};

export function Results({ collection, index, asked, range, state, change }: Props) {
  const isWide = useSyncExternalStore(watchWidth, () => wide.matches);
  const [exportError, setExportError] = useState<unknown>();
  const everyMs = state.refreshSeconds * 1000;
  const sortText = JSON.stringify(state.sort);
  const sort = useMemo(
    () => (sortText === undefined ? undefined : (JSON.parse(sortText) as DiscoverState['sort'])),
    [sortText],
  );
  const load = useCallback(
    (signal: AbortSignal) => loadDocuments(collection, asked, range, sort, state.page, signal),
    [collection, asked, range, sort, state.page],
  );
  const found = useKept(useLive(load, everyMs));

  const toggleColumn = (field: string) => {
    const { columns } = state;
    change({ columns: columns.includes(field) ? columns.filter((name) => name !== field) : [...columns, field] });
  };
  const filter = (added: Filter) => change({ filters: withFilter(state.filters, added) });
  const fields = useMemo(() => [...asked.fields.values()], [asked.fields]);
  const list = (
    <FieldList
      collection={collection}
      asked={asked}
      range={range}
      fields={fields}
      columns={state.columns}
      toggleColumn={toggleColumn}
      filter={filter}
    />
  );
  const exporting = (
    <ExportButton
      {...{ collection, asked, range, index, sort }}
      columns={state.columns}
      total={found.data?.total ?? 0}
      failed={setExportError}
    />
  );
  return (
    <div className="discover-body">
      <aside aria-label="Fields">
        {isWide ? (
          <Container header={<Header variant="h2">Fields</Header>}>{list}</Container>
        ) : (
          <ExpandableSection variant="container" headerText="Fields">
            {list}
          </ExpandableSection>
        )}
      </aside>
      <div className="discover-found" aria-busy={found.loading}>
        <SpaceBetween size="m">
          <ErrorNotice error={found.error} what="Searching" retry={found.reload} />
          <ErrorNotice error={exportError} what="Exporting" />
          {found.data === undefined && found.error === undefined && <Loading what="documents" />}
          {found.data !== undefined && (
            <Container header={<Total documents={found.data} actions={exporting} />}>
              <SpaceBetween size="s">
                {asked.timeField !== undefined && (
                  <TimeHistogram
                    {...{ collection, asked, range, everyMs }}
                    brush={(from, to) => change({ range: { kind: 'between', from: from * 1000, to: to * 1000 } })}
                  />
                )}
                {found.data.hits.length === 0 ? (
                  <Nothing state={state} range={range} change={change} />
                ) : (
                  <DocumentTable
                    hits={found.data.hits}
                    fields={asked.fields}
                    timeField={asked.timeField}
                    columns={state.columns}
                    sort={state.sort}
                    changeSort={(next) => change({ sort: next })}
                    toggleColumn={toggleColumn}
                    filter={filter}
                  />
                )}
                <Pages total={found.data.total} page={state.page} turn={(page) => change({ page })} />
              </SpaceBetween>
            </Container>
          )}
        </SpaceBetween>
      </div>
    </div>
  );
}

function Total({ documents, actions }: { documents: Documents; actions: ReactNode }) {
  return (
    <Header variant="h2" actions={actions} description={`answered in ${countText(documents.took)} ms`}>
      <span data-testid="discover-total" className="number">
        {countText(documents.total)}
      </span>{' '}
      {documents.total === 1 ? 'document' : 'documents'}
    </Header>
  );
}

function Nothing({ state, range, change }: Pick<Props, 'state' | 'range' | 'change'>) {
  if (state.page > 1) {
    return <Empty title="This page has no documents." action={<Button onClick={() => change({ page: 1 })}>First page</Button>} />;
  }
  const narrowed = state.query !== '' || state.filters.some((filter) => !filter.disabled);
  if (range.kind !== 'all') {
    return (
      <Empty
        title="No documents in this time range."
        hint={narrowed ? 'The query and the filters apply as well.' : undefined}
        action={<Button onClick={() => change({ range: { kind: 'all' } })}>Show all time</Button>}
      />
    );
  }
  return narrowed ? (
    <Empty
      title="No documents match."
      action={<Button onClick={() => change({ query: '', dsl: false, filters: [] })}>Remove query and filters</Button>}
    />
  ) : (
    <Empty title="There are no documents yet." hint="What a delivery stream delivers here appears after a few seconds." />
  );
}

function Pages({ total, page, turn }: { total: number; page: number; turn: (page: number) => void }) {
  const pages = Math.ceil(Math.min(total, kWindow) / kPageSize);
  if (pages <= 1) return null;
  return (
    <div className="discover-pages">
      <Pagination
        currentPageIndex={page}
        pagesCount={pages}
        onChange={({ detail }) => turn(detail.currentPageIndex)}
        ariaLabels={{
          nextPageLabel: 'Next page',
          previousPageLabel: 'Previous page',
          pageLabel: (number) => `Page ${number}`,
          paginationLabel: 'Pages of documents',
        }}
      />
      {total > kWindow && (
        <span className="quiet">
          The first {countText(kWindow)} of {countText(total)} can be paged through: narrow the search for others.
        </span>
      )}
    </div>
  );
}

interface HistogramProps {
  collection: string;
  asked: Asked;
  range: Range;
  everyMs: number;
  brush: (from: number, to: number) => void;
}

const kNoBars: Histogram = { interval: { text: '', ms: 1 }, times: [], counts: [] };

function TimeHistogram({ collection, asked, range, everyMs, brush }: HistogramProps) {
  const load = useCallback(
    (signal: AbortSignal) => loadHistogram(collection, asked, range, signal).then((bars) => bars ?? kNoBars),
    [collection, asked, range],
  );
  const { data = kNoBars, error, reload } = useKept(useLive(load, everyMs));
  const series = useMemo(() => [{ label: 'Documents', values: data.counts }], [data]);
  if (error !== undefined) return <ErrorNotice error={error} what="Counting over time" retry={reload} />;
  const busiest = Math.max(0, ...data.counts);
  return (
    <div className="histogram">
      <TimeChart
        kind="bars"
        height={140}
        times={data.times}
        series={series}
        description={`Documents over ${asked.timeField}: ${data.counts.length} bars, at most ${busiest} documents in one.`}
        onBrush={brush}
      />
      <div className="quiet histogram-step">
        {data.counts.length > 0 ? `Documents per ${intervalWords(data.interval)} · drag across to narrow` : '\u00a0'}
      </div>
    </div>
  );
}
