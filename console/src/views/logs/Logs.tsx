// Log groups, or one of them.
import './logs.css';

import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useCallback, useMemo } from 'react';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { ErrorNotice } from '../../app/ErrorNotice';
import { bytesText, timeText } from '../../app/format';
import { PageTitle } from '../../app/PageTitle';
import { href, useRoute, useUrlState } from '../../app/router';
import { Events } from './Events';
import { loadGroups, loadStreams, seconds, type LogGroup, type LogStream } from './groups';

const time = (ms: number | undefined) => <span className="nowrap">{timeText(seconds(ms))}</span>;

const groupColumns: Column<LogGroup>[] = [
  {
    id: 'name',
    header: 'Name',
    value: ({ logGroupName }) => logGroupName,
    cell: ({ logGroupName }) => (
      <Link href={href(['logs', logGroupName])}>
        <span className="wrap-anywhere">{logGroupName}</span>
      </Link>
    ),
    minWidth: 220,
  },
  {
    id: 'retention',
    header: 'Kept for',
    value: ({ retentionInDays }) => retentionInDays ?? Number.MAX_SAFE_INTEGER,
    cell: ({ retentionInDays }) => (retentionInDays === undefined ? 'ever' : `${retentionInDays} days`),
  },
  {
    id: 'size',
    header: 'Size',
    value: ({ storedBytes }) => storedBytes ?? 0,
    cell: ({ storedBytes }) => bytesText(storedBytes),
    number: true,
  },
  { id: 'created', header: 'Created', value: ({ creationTime }) => creationTime ?? 0, cell: ({ creationTime }) => time(creationTime) },
];

function Groups() {
  const { data, error, loading, reload } = useLive(loadGroups, 10_000);
  return (
    <SpaceBetween size="m">
      <ErrorNotice error={error} what="Loading the log groups" retry={reload} />
      <DataTable
        title="Log groups"
        level="h1"
        items={data?.items ?? []}
        columns={groupColumns}
        keyOf={({ logGroupName }) => logGroupName}
        loading={loading}
        wrap
        rowTestId="log-group-row"
        description={data?.complete === false ? 'Only the first 10,000.' : undefined}
        empty="There is no log group."
        emptyHint="A function makes its own when it is invoked for the first time."
      />
    </SpaceBetween>
  );
}

function streamColumns(group: string): Column<LogStream>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      value: ({ logStreamName }) => logStreamName,
      cell: ({ logStreamName }) => (
        <Link href={href(['logs', group], { stream: logStreamName, range: 'all' })}>
          <span className="wrap-anywhere">{logStreamName}</span>
        </Link>
      ),
      minWidth: 220,
    },
    { id: 'last', header: 'Last line', value: (one) => one.lastEventTimestamp ?? 0, cell: (one) => time(one.lastEventTimestamp) },
    { id: 'first', header: 'First line', value: (one) => one.firstEventTimestamp ?? 0, cell: (one) => time(one.firstEventTimestamp) },
  ];
}

function Streams({ group }: { group: string }) {
  const load = useCallback((signal: AbortSignal) => loadStreams(group, signal), [group]);
  const columns = useMemo(() => streamColumns(group), [group]);
  const { data, error, loading, reload } = useLive(load, 10_000);
  return (
    <SpaceBetween size="m">
      <ErrorNotice error={error} what="Loading the log streams" retry={reload} />
      <DataTable
        title="Log streams"
        items={data?.items ?? []}
        columns={columns}
        keyOf={({ logStreamName }) => logStreamName}
        loading={loading}
        wrap
        description={data?.complete === false ? 'The 1,000 that were written to last.' : undefined}
        empty="The group has no streams."
      />
    </SpaceBetween>
  );
}

function Group({ group }: { group: string }) {
  const [tab, setTab] = useUrlState('tab', 'lines');
  return (
    <SpaceBetween size="m">
      <PageTitle
        way={[
          { text: 'Log groups', href: href('logs') },
          { text: group, href: href(['logs', group]) },
        ]}
        title={group}
      />
      <Tabs
        ariaLabel="Parts of the log group"
        i18nStrings={{ scrollLeftAriaLabel: 'Tabs to the left', scrollRightAriaLabel: 'Tabs to the right' }}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: 'lines', label: 'Lines', content: <Events key={group} group={group} /> },
          { id: 'streams', label: 'Streams', content: <Streams group={group} /> },
        ]}
      />
    </SpaceBetween>
  );
}

export default function Logs() {
  const group = useRoute().path[1];
  return group === undefined ? <Groups /> : <Group group={group} />;
}
