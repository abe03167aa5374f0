// What is under the tabs of a stack.
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, type ReactNode } from 'react';

import { aws } from '../../api/client';
import { useLive, type Live } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { ErrorNotice } from '../../app/ErrorNotice';
import { timeText } from '../../app/format';
import { JsonText } from '../../app/JsonText';
import { href } from '../../app/router';
import { Loading } from '../../app/States';
import { loadResources, type Output, type Parameter, type StackEvent, type StackResource } from './stack';
import { Status } from './Status';

const long = (text: string | undefined): ReactNode => <span className="wrap-anywhere">{text || '–'}</span>;

const eventColumns: Column<StackEvent>[] = [
  {
    id: 'time',
    header: 'Time',
    value: ({ Timestamp }) => Timestamp,
    cell: ({ Timestamp }) => <span className="nowrap">{timeText(Timestamp)}</span>,
  },
  { id: 'resource', header: 'Resource', value: ({ LogicalResourceId }) => LogicalResourceId, minWidth: 140 },
  {
    id: 'status',
    header: 'Status',
    value: ({ ResourceStatus, ResourceStatusReason }) => `${ResourceStatus} ${ResourceStatusReason ?? ''}`,
    cell: ({ ResourceStatus, ResourceStatusReason }) => <Status status={ResourceStatus} reason={ResourceStatusReason} />,
    minWidth: 240,
  },
  { id: 'type', header: 'Type', value: ({ ResourceType }) => ResourceType },
];

export function Events({ live }: { live: Live<StackEvent[]> }) {
  return (
    <SpaceBetween size="m">
      <ErrorNotice error={live.error} what="Loading the events" retry={live.reload} />
      <DataTable
        title="Events"
        items={live.data ?? []}
        columns={eventColumns}
        keyOf={({ EventId }) => EventId}
        loading={live.loading}
        wrap
        rowTestId="stack-event"
        empty="Nothing happened yet."
      />
    </SpaceBetween>
  );
}

// Where the thing itself is shown, for the types that have a view of their own.
const places: Record<string, (id: string) => string> = {
  'AWS::CloudFormation::Stack': (id) => href(['stacks', id]),
  'AWS::Lambda::Function': (id) => href(['functions', id]),
  'AWS::Logs::LogGroup': (id) => href(['logs', id]),
  'AWS::Kinesis::Stream': (id) => href(['streams', id]),
  'AWS::KinesisFirehose::DeliveryStream': (id) => href(['delivery', id]),
  'AWS::S3::Bucket': (id) => href(['buckets', id]),
};

const resourceColumns: Column<StackResource>[] = [
  { id: 'logical', header: 'Resource', value: ({ LogicalResourceId }) => LogicalResourceId, minWidth: 140 },
  {
    id: 'physical',
    header: 'Physical ID',
    value: ({ PhysicalResourceId }) => PhysicalResourceId ?? '',
    cell: ({ PhysicalResourceId: id, ResourceType }) => {
      const place = places[ResourceType];
      return id && place ? <Link href={place(id)}>{long(id)}</Link> : long(id);
    },
    minWidth: 240,
  },
  { id: 'type', header: 'Type', value: ({ ResourceType }) => ResourceType },
  {
    id: 'status',
    header: 'Status',
    value: ({ ResourceStatus }) => ResourceStatus,
    cell: ({ ResourceStatus, ResourceStatusReason }) => <Status status={ResourceStatus} reason={ResourceStatusReason} />,
    minWidth: 200,
  },
];

export function Resources({ stackId, everyMs }: { stackId: string; everyMs: number }) {
  const load = useCallback((signal: AbortSignal) => loadResources(stackId, signal), [stackId]);
  const { data, error, loading, reload } = useLive(load, everyMs);
  return (
    <SpaceBetween size="m">
      <ErrorNotice error={error} what="Loading the resources" retry={reload} />
      <DataTable
        title="Resources"
        items={data ?? []}
        columns={resourceColumns}
        keyOf={({ LogicalResourceId }) => LogicalResourceId}
        loading={loading}
        wrap
        empty="The stack has no resources."
      />
    </SpaceBetween>
  );
}

export function Outputs({ outputs }: { outputs: Output[] }) {
  return (
    <DataTable
      title="Outputs"
      items={outputs}
      columns={[
        { id: 'key', header: 'Name', value: ({ OutputKey }) => OutputKey, minWidth: 140 },
        { id: 'value', header: 'Value', value: ({ OutputValue }) => OutputValue, cell: ({ OutputValue }) => long(OutputValue), minWidth: 240 },
        { id: 'description', header: 'Description', value: ({ Description }) => Description ?? '–' },
        { id: 'export', header: 'Exported as', value: ({ ExportName }) => ExportName ?? '–' },
      ]}
      keyOf={({ OutputKey }) => OutputKey}
      wrap
      empty="The stack has no outputs."
      emptyHint="They appear when the stack is complete."
    />
  );
}

export function Parameters({ parameters }: { parameters: Parameter[] }) {
  return (
    <DataTable
      title="Parameters"
      items={parameters}
      columns={[
        { id: 'key', header: 'Name', value: ({ ParameterKey }) => ParameterKey, minWidth: 140 },
        {
          id: 'value',
          header: 'Value',
          value: ({ ParameterValue }) => ParameterValue ?? '',
          cell: ({ ParameterValue }) => long(ParameterValue),
          minWidth: 240,
        },
        {
          id: 'resolved',
          header: 'Resolved value',
          value: ({ ResolvedValue }) => ResolvedValue ?? '',
          cell: ({ ResolvedValue }) => long(ResolvedValue),
        },
      ]}
      keyOf={({ ParameterKey }) => ParameterKey}
      wrap
      empty="The template has no parameters."
    />
  );
}

export function Template({ stackId }: { stackId: string }) {
  const load = useCallback(
    (signal: AbortSignal) =>
      aws<{ TemplateBody: string }>('cloudformation', 'GetTemplate', { StackName: stackId }, { signal }),
    [stackId],
  );
  const { data, error, reload } = useLive(load);
  if (error !== undefined) return <ErrorNotice error={error} what="Loading the template" retry={reload} />;
  return data ? <JsonText value={data.TemplateBody} label="the template" /> : <Loading what="the template" />;
}
