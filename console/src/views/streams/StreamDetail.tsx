// One stream: how it is set up, its shards, its numbers, its records, and the way to put one.
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useCallback, useMemo, useState } from 'react';

import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { countText, timeText } from '../../app/format';
import { href, navigate, useUrlState } from '../../app/router';
import { Loading } from '../../app/States';
import { MetricCharts, type Chart, type Line } from '../pipeline/MetricCharts';
import type { Stream } from '../pipeline/descriptions';
import { describeStream } from '../pipeline/topology';
import { DeleteStream } from './DeleteStream';
import { PutRecord } from './PutRecord';
import { Records } from './Records';
import { Shards } from './Shards';
import { modeWords } from './StreamList';
import { StreamStatus } from './StreamStatus';

const line = (label: string, metric: string, stat: Line['stat'], more: Partial<Line> = {}): Line => ({
  label, metric, stat, namespace: 'AWS/Kinesis', ...more,
});

const charts: Chart[] = [
  {
    title: 'Records', unit: 'records/s', gap: 0,
    lines: [
      line('Put', 'IncomingRecords', 'Sum', { perSecond: true }),
      line('Read', 'GetRecords.Records', 'Sum', { perSecond: true }),
    ],
  },
  {
    title: 'Bytes', unit: 'KiB/s', gap: 0,
    lines: [
      line('Put', 'IncomingBytes', 'Sum', { perSecond: true, scale: 1 / 1024 }),
      line('Read', 'GetRecords.Bytes', 'Sum', { perSecond: true, scale: 1 / 1024 }),
    ],
  },
  {
    title: 'Behind latest', unit: 's', gap: null,
    lines: [line('Slowest reader', 'GetRecords.IteratorAgeMilliseconds', 'Maximum', { scale: 0.001 })],
  },
  {
    title: 'Over the limit', unit: 'a second', gap: 0,
    lines: [
      line('Writes refused', 'WriteProvisionedThroughputExceeded', 'Sum', { perSecond: true }),
      line('Reads refused', 'ReadProvisionedThroughputExceeded', 'Sum', { perSecond: true }),
    ],
  },
];

function Metrics({ name }: { name: string }) {
  const dimensions = useMemo(() => ({ StreamName: name }), [name]);
  return <MetricCharts dimensions={dimensions} charts={charts} />;
}

function Overview({ stream }: { stream: Stream }) {
  const pairs: [string, React.ReactNode][] = [
    ['Status', <StreamStatus key="status" status={stream.StreamStatus} />],
    ['Capacity', modeWords(stream)],
    ['Open shards', countText(stream.OpenShardCount)],
    ['Records are kept for', `${stream.RetentionPeriodHours ?? '–'} h`],
    ['Registered consumers', countText(stream.ConsumerCount ?? 0)],
    ['Created', timeText(stream.StreamCreationTimestamp)],
    ['ARN', <span key="arn" className="wrap-anywhere">{stream.StreamARN}</span>],
  ];
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">Stream</Header>}>
        <KeyValuePairs columns={3} minColumnWidth={160} items={pairs.map(([label, value]) => ({ label, value }))} />
      </Container>
      <Shards name={stream.StreamName} />
    </SpaceBetween>
  );
}

export function StreamDetail({ name }: { name: string }) {
  const [tab] = useUrlState('tab', 'overview');
  const [deleting, setDeleting] = useState(false);
  const live = useLive(useCallback((signal: AbortSignal) => describeStream(name, signal), [name]), 10_000);
  const choose = (id: string) => navigate(href(['streams', name], { tab: id === 'overview' ? undefined : id }), 'replace');
  const stream = live.data;
  return (
    <SpaceBetween size="m">
      <BreadcrumbGroup
        ariaLabel="Where this is"
        items={[{ text: 'Streams', href: href('streams') }, { text: name, href: href(['streams', name]) }]}
      />
      <Header variant="h1" actions={<Button onClick={() => setDeleting(true)}>Delete</Button>}>
        {name}
      </Header>
      {live.error !== undefined && <ErrorNotice error={live.error} what={`Stream ${name}`} retry={live.reload} />}
      <Tabs
        ariaLabel="What to see of the stream"
        i18nStrings={{ scrollLeftAriaLabel: 'Tabs to the left', scrollRightAriaLabel: 'Tabs to the right' }}
        activeTabId={tab}
        onChange={({ detail }) => choose(detail.activeTabId)}
        tabs={[
          {
            id: 'overview', label: 'Shards',
            content: stream ? <Overview stream={stream} /> : live.error === undefined && <Loading what="the stream" />,
          },
          { id: 'metrics', label: 'Metrics', content: <Metrics name={name} /> },
          { id: 'records', label: 'Records', content: <Records name={name} /> },
          { id: 'put', label: 'Put a record', content: <PutRecord name={name} /> },
        ]}
      />
      {deleting && (
        <DeleteStream name={name} close={() => setDeleting(false)} deleted={() => navigate(href('streams'))} />
      )}
    </SpaceBetween>
  );
}
