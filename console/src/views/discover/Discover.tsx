// Find documents of a collection: where, when and what in the URL, so that a link shows the same to somebody else.
import './discover.css';

import Container from '@cloudscape-design/components/container';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo, useState } from 'react';

import { useLive } from '../../api/live';
import { CollectionScope } from '../../app/CollectionScope';
import { ErrorNotice } from '../../app/ErrorNotice';
import { href, navigate, parseRoute, useRoute } from '../../app/router';
import { Empty, Loading } from '../../app/States';
import { listIndices, loadFields } from './documents';
import { guessTimeField, type Field } from './fields';
import { Filters } from './Filters';
import { QueryBar } from './QueryBar';
import { indexPath, narrowed, type Asked } from './request';
import { Results } from './Results';
import { IndexPattern, Refresh, TimeChoice, TimeField } from './Sources';
import { readState, writeState, type DiscoverState } from './state';
import { parseRange, rangeText } from './time';

export default function Discover() {
  return (
    <CollectionScope view="discover" title="Discover">
      {(collection) => <Workbench key={collection.id} collection={collection.id} />}
    </CollectionScope>
  );
}

const looks = new Set(['columns', 'refreshSeconds', 'page']); // what changes nothing of what is found

function useDiscoverState(): [DiscoverState, (patch: Partial<DiscoverState>) => void] {
  const { query } = useRoute();
  const state = useMemo(() => readState(query), [query]);
  const change = useCallback((patch: Partial<DiscoverState>) => {
    const { path, query: now } = parseRoute(window.location.hash);
    const first = Object.keys(patch).every((key) => looks.has(key)) ? {} : { page: 1 };
    navigate(href(path, writeState({ ...readState(now), ...first, ...patch })));
  }, []);
  return [state, change];
}

function Workbench({ collection }: { collection: string }) {
  const [state, change] = useDiscoverState();
  const [round, setRound] = useState(0);
  const indices = useLive(useCallback((signal: AbortSignal) => listIndices(collection, signal), [collection]));
  const index = state.index || defaultIndex(indices.data?.map((each) => each.index));
  const fields = useLive(
    useCallback(
      async (signal: AbortSignal) => (index === '' ? undefined : loadFields(collection, indexPath(index), signal)),
      [collection, index],
    ),
  );
  const { asked, timeField, error } = useAsked(index, fields.data, state, round);
  const range = useRange(state, timeField !== undefined);

  const search = (query: string, dsl: boolean) => {
    if (query === state.query && dsl === state.dsl) setRound(round + 1);
    else change({ query, dsl });
  };
  return (
    <SpaceBetween size="m">
      <Container>
        <SpaceBetween size="s">
          <div className="discover-sources">
            <IndexPattern
              pattern={index}
              indices={indices.data ?? []}
              loading={indices.loading}
              choose={(chosen) => change({ index: chosen, timeField: '', sort: undefined, columns: [], filters: [] })}
            />
            <TimeField
              fields={fields.data ?? []}
              timeField={timeField}
              choose={(chosen) => change({ timeField: chosen, sort: undefined })}
            />
            {state.timeField !== '-' && (
              <div className="discover-time">
                <TimeChoice range={state.range} change={(chosen) => change({ range: chosen })} />
              </div>
            )}
            <div className="discover-refresh">
              <Refresh seconds={state.refreshSeconds} change={(refreshSeconds) => change({ refreshSeconds })} />
            </div>
          </div>
          <QueryBar query={state.query} dsl={state.dsl} search={search} />
          <Filters filters={state.filters} fields={fields.data ?? []} change={(filters) => change({ filters })} />
        </SpaceBetween>
      </Container>
      {state.index === '' && <ErrorNotice error={indices.error} what="Listing the indices" retry={indices.reload} />}
      <ErrorNotice error={fields.error} what={`Reading the fields of ${index}`} retry={fields.reload} />
      <ErrorNotice error={error} what="Reading the query" />
      {index === '' && !indices.loading && indices.error === undefined && (
        <Container>
          <Empty title="There is no index yet." hint="The first document makes one, or a stack's custom resource." />
        </Container>
      )}
      {fields.loading && fields.data === undefined && <Loading what="fields" />}
      {asked !== undefined && <Results {...{ collection, index, asked, range, state, change }} />}
    </SpaceBetween>
  );
}

function defaultIndex(names: string[] = []): string {
  return names.length > 1 ? '*' : (names[0] ?? '');
}

// What is asked stays the same object until it means something else, or the reader asks again.
function useAsked(index: string, fields: Field[] | undefined, state: DiscoverState, round: number) {
  const byName = useMemo(() => new Map(fields?.map((field) => [field.name, field])), [fields]);
  const chosenTime = state.timeField === '' ? guessTimeField(fields ?? []) : state.timeField;
  const timeField = chosenTime !== undefined && byName.has(chosenTime) ? chosenTime : undefined;
  const { text, error } = useMemo(() => {
    try {
      return { text: JSON.stringify(narrowed(state, byName)) };
    } catch (error) {
      return { error };
    }
  }, [state, byName]);
  const ready = fields !== undefined;
  const asked = useMemo<Asked | undefined>(
    () => {
      if (text === undefined || !ready) return undefined;
      return { path: indexPath(index), fields: byName, timeField, query: JSON.parse(text) };
    },
    // oxlint-disable-next-line react/exhaustive-deps -- a new round is a new object: asked again
    [text, ready, index, byName, timeField, round],
  );
  return { asked, timeField, error };
}

function useRange(state: DiscoverState, timed: boolean) {
  const text = timed ? (rangeText(state.range) ?? null) : null;
  return useMemo(() => parseRange(text), [text]);
}
