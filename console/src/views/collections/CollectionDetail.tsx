// One collection: where it is reached, which policies concern it, which indexes it has.
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback } from 'react';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { ErrorNotice } from '../../app/ErrorNotice';
import { bytesText, countText, timeText } from '../../app/format';
import { PageTitle } from '../../app/PageTitle';
import { Part } from '../../app/Part';
import { href } from '../../app/router';
import { Loading } from '../../app/States';
import { seconds } from '../access/CollectionPolicyDetail';
import type { PolicyType, Rule } from '../access/policyRules';
import { Rules } from '../access/Rules';
import { getCollection, indexesOf, policiesOf, type Collection, type Index } from './collections';
import { Status } from './Status';

const kIndexesEveryMs = 10_000;

const policyTitles: [PolicyType, string][] = [
  ['data', 'Data access'],
  ['network', 'Network'],
  ['encryption', 'Encryption'],
];

function Endpoint({ url }: { url: string | undefined }) {
  if (!url) return '–';
  return (
    <span className="wrap-anywhere">
      <CopyToClipboard
        variant="inline"
        copyButtonAriaLabel={`Copy ${url}`}
        copySuccessText="Copied"
        copyErrorText="Copying failed"
        textToCopy={url}
      />
    </span>
  );
}

function Facts({ collection }: { collection: Collection }) {
  const key = collection.kmsKeyArn;
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: 'Status', value: <Status status={collection.status} /> },
        { label: 'Type', value: collection.type ?? '–' },
        { label: 'Created', value: timeText(seconds(collection.createdDate)) },
        { label: 'Endpoint', value: <Endpoint url={collection.collectionEndpoint} /> },
        { label: 'Dashboards', value: <Endpoint url={collection.dashboardEndpoint} /> },
        { label: 'ARN', value: <Endpoint url={collection.arn} /> },
        { label: 'Key', value: <span className="wrap-anywhere">{key === 'auto' ? 'AWS owned key' : key || '–'}</span> },
        { label: 'Standby replicas', value: collection.standbyReplicas ?? '–' },
        { label: 'Deletion protection', value: collection.deletionProtection ?? '–' },
      ]}
    />
  );
}

function indexColumns(id: string): Column<Index>[] {
  return [
    {
      id: 'name',
      header: 'Index',
      value: (index) => index.name,
      cell: (index) => (
        <Link href={href('discover', { collection: id, index: index.name })}>
          <span className="wrap-anywhere">{index.name}</span>
        </Link>
      ),
    },
    { id: 'documents', header: 'Documents', number: true, value: (index) => index.documents, cell: (index) => countText(index.documents) },
    { id: 'deleted', header: 'Deleted', number: true, value: (index) => index.deleted, cell: (index) => countText(index.deleted) },
    { id: 'bytes', header: 'Size', number: true, value: (index) => index.bytes, cell: (index) => bytesText(index.bytes) },
  ];
}

function Indexes({ id }: { id: string }) {
  const load = useCallback((signal: AbortSignal) => indexesOf(id, signal), [id]);
  return (
    <Part
      title="Indexes"
      load={load}
      everyMs={kIndexesEveryMs}
      bare
      render={(indexes) => (
        <DataTable
          title="Indexes"
          items={indexes}
          columns={indexColumns(id)}
          keyOf={(index) => index.name}
          filter={indexes.length > 10 ? undefined : false}
          empty="The collection has no index."
          emptyHint="An index comes with its first document."
        />
      )}
    />
  );
}

function policyColumn(type: PolicyType): Column<Rule> {
  return {
    id: 'policy',
    header: 'Policy',
    value: (rule) => rule.policy,
    cell: (rule) => <Link href={href(['access', type, rule.policy])}>{rule.policy}</Link>,
  };
}

function Policies({ type, title, name }: { type: PolicyType; title: string; name: string }) {
  const load = useCallback((signal: AbortSignal) => policiesOf(type, name, signal), [type, name]);
  return (
    <Part
      title={`${title} policies`}
      load={load}
      bare
      render={(rules) => <Rules title={`${title} policies`} type={type} rules={rules} withPolicy={policyColumn(type)} />}
    />
  );
}

const way = (id: string, name: string) => [
  { text: 'Collections', href: href('collections') },
  { text: name, href: href(['collections', id]) },
];

function Loaded({ collection }: { collection: Collection }) {
  const { id, name } = collection;
  return (
    <SpaceBetween size="m">
      <PageTitle
        way={way(id, name)}
        title={name}
        description={collection.description}
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            <Button href={href('discover', { collection: id })} variant="primary">
              Discover
            </Button>
            <Button href={href('devtools', { collection: id })}>Dev Tools</Button>
          </SpaceBetween>
        }
      />
      <Container header={<Header variant="h2">Collection</Header>}>
        <Facts collection={collection} />
      </Container>
      <Indexes id={id} />
      {policyTitles.map(([type, title]) => (
        <Policies key={type} type={type} title={title} name={name} />
      ))}
    </SpaceBetween>
  );
}

export function CollectionDetail({ id }: { id: string }) {
  const load = useCallback((signal: AbortSignal) => getCollection(id, signal), [id]);
  const { data, error, reload } = useLive(load);
  if (data !== undefined) return <Loaded collection={data} />;
  return (
    <SpaceBetween size="m">
      <PageTitle way={way(id, id)} title={id} />
      {error ? <ErrorNotice error={error} what="The collection" retry={reload} /> : <Loading what="the collection" />}
    </SpaceBetween>
  );
}
