// Views of one collection: its own dashboards' address says which, elsewhere the reader chooses and the URL keeps it.
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useEffect, useState, type ReactNode } from 'react';

import { aws } from '../api/client';
import { useLive } from '../api/live';
import { allPages } from '../api/paging';
import { ErrorNotice } from './ErrorNotice';
import { href, navigate, useRoute } from './router';
import { useSession } from './session';
import { Empty, Loading } from './States';

export interface ChosenCollection {
  id: string;
  name: string;
}

interface Summary {
  id: string;
  name: string;
  status: string;
}

interface Props {
  view: string;
  title: string;
  children: (collection: ChosenCollection) => ReactNode;
}

export function CollectionScope(props: Props) {
  const { collection } = useSession();
  if (collection === undefined) return <Chooser {...props} />;
  return (
    <SpaceBetween size="m">
      <Header variant="h1">{props.title}</Header>
      {props.children(collection)}
    </SpaceBetween>
  );
}

const kListed = 100; // all others are found by typing in the selection

async function listCollections(signal: AbortSignal) {
  return allPages<Summary>(async (nextToken) => {
    const input = { maxResults: 100, nextToken };
    const answer = await aws<{ collectionSummaries?: Summary[]; nextToken?: string }>(
      'opensearchserverless',
      'ListCollections',
      input,
      { signal },
    );
    return { items: answer.collectionSummaries ?? [], next: answer.nextToken };
  });
}

function Chooser({ view, title, children }: Props) {
  const { path } = useRoute();
  const listed = useLive(listCollections);
  const chosen = path[1];
  const collections = listed.data?.items ?? [];
  const only = collections.length === 1 ? collections[0]?.id : undefined;
  const known = collections.find(({ id }) => id === chosen);

  useEffect(() => {
    if (chosen === undefined && only !== undefined) navigate(href([view, only]), 'replace');
  }, [chosen, only, view]);

  const options = collections.map(({ id, name, status }) => ({
    value: id,
    label: name,
    description: status === 'ACTIVE' ? id : status,
    disabled: status !== 'ACTIVE',
  }));
  const select = (
    <div className="collection-select">
      <Select
        ariaLabel="Collection"
        placeholder="Choose a collection"
        selectedOption={chosen === undefined ? null : { value: chosen, label: known?.name ?? chosen }}
        options={options}
        statusType={listed.loading ? 'loading' : listed.error ? 'error' : 'finished'}
        loadingText="Loading collections"
        errorText="The collections cannot be listed"
        empty="There is no collection"
        filteringType={options.length > 10 ? 'auto' : 'none'}
        filteringAriaLabel="Find a collection"
        expandToViewport
        onChange={({ detail }) => navigate(href([view, detail.selectedOption.value ?? '']))}
      />
    </div>
  );
  return (
    <SpaceBetween size="m">
      <Header variant="h1" actions={select}>
        {title}
      </Header>
      {chosen !== undefined ? (
        children({ id: chosen, name: known?.name ?? chosen })
      ) : listed.error !== undefined ? (
        <ById view={view} error={listed.error} retry={listed.reload} />
      ) : listed.data === undefined || only !== undefined ? (
        <Loading what="collections" />
      ) : (
        <Container>
          {collections.length === 0 ? (
            <Empty title="There is no collection." hint="A collection is made by a stack or with CreateCollection." />
          ) : (
            <ul className="collection-list" aria-label="Collections">
              {collections.slice(0, kListed).map(({ id, name, status }) => (
                <li key={id}>
                  <Link href={href([view, id])}>{name}</Link>{' '}
                  <span className="quiet">{status === 'ACTIVE' ? id : status.toLowerCase()}</span>
                </li>
              ))}
            </ul>
          )}
        </Container>
      )}
    </SpaceBetween>
  );
}

// Who may not list collections may still read one whose id is known.
function ById({ view, error, retry }: { view: string; error: unknown; retry: () => void }) {
  const [id, setId] = useState('');
  const open = useCallback(() => {
    if (id.trim() !== '') navigate(href([view, id.trim()]));
  }, [view, id]);
  return (
    <SpaceBetween size="m">
      <ErrorNotice error={error} what="Listing the collections" retry={retry} />
      <Container>
        <FormField label="Collection ID" description="The first part of the collection's endpoint.">
          <Box>
            <SpaceBetween size="xs" direction="horizontal">
              <Input
                value={id}
                onChange={({ detail }) => setId(detail.value)}
                onKeyDown={({ detail }) => detail.key === 'Enter' && open()}
                spellcheck={false}
              />
              <Button onClick={open}>Open</Button>
            </SpaceBetween>
          </Box>
        </FormField>
      </Container>
    </SpaceBetween>
  );
}
