// CloudFormation's stacks: the list, one of them, or a new one, as the route says.
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useMemo, useState } from 'react';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { ErrorNotice } from '../../app/ErrorNotice';
import { timeText } from '../../app/format';
import { href, useRoute, useUrlState } from '../../app/router';
import { CreateStack } from './CreateStack';
import { inProgress, loadStacks, type StackSummary } from './stack';
import { StackDetail } from './StackDetail';
import { Status } from './Status';

const columns: Column<StackSummary>[] = [
  {
    id: 'name',
    header: 'Name',
    value: ({ StackName }) => StackName,
    cell: ({ StackName, StackId }) => <Link href={href(['stacks', StackId])}>{StackName}</Link>,
    minWidth: 160,
  },
  {
    id: 'status',
    header: 'Status',
    value: ({ StackStatus }) => StackStatus,
    cell: ({ StackStatus, StackStatusReason }) => <Status status={StackStatus} reason={StackStatusReason} />,
    minWidth: 200,
  },
  {
    id: 'created',
    header: 'Created',
    value: ({ CreationTime }) => CreationTime,
    cell: ({ CreationTime }) => <span className="nowrap">{timeText(CreationTime)}</span>,
  },
  { id: 'description', header: 'Description', value: ({ TemplateDescription }) => TemplateDescription ?? '–', minWidth: 240 },
];

function List() {
  const [deleted, setDeleted] = useUrlState('deleted');
  const [nested, setNested] = useUrlState('nested');
  const [everyMs, setEveryMs] = useState(5000);
  const { data, error, loading, reload } = useLive(loadStacks, everyMs);
  const stacks = useMemo(
    () =>
      (data?.items ?? []).filter(
        ({ StackStatus, ParentId }) =>
          (deleted === 'yes' || StackStatus !== 'DELETE_COMPLETE') && (nested === 'yes' || ParentId === undefined),
      ),
    [data, deleted, nested],
  );
  const wanted = stacks.some(({ StackStatus }) => inProgress(StackStatus)) ? 1000 : 5000;
  if (wanted !== everyMs) setEveryMs(wanted);

  return (
    <SpaceBetween size="m">
      <ErrorNotice error={error} what="Loading the stacks" retry={reload} />
      <DataTable
        title="Stacks"
        level="h1"
        items={stacks}
        columns={columns}
        keyOf={({ StackId }) => StackId}
        loading={loading}
        wrap
        rowTestId="stack-row"
        description={data?.complete === false ? 'Only the first 10,000.' : undefined}
        actions={
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <Toggle checked={nested === 'yes'} onChange={({ detail }) => setNested(detail.checked ? 'yes' : undefined)}>
              Nested
            </Toggle>
            <Toggle checked={deleted === 'yes'} onChange={({ detail }) => setDeleted(detail.checked ? 'yes' : undefined)}>
              Deleted
            </Toggle>
            <Button variant="primary" href={href('stacks', { create: 'yes' })}>
              Create stack
            </Button>
          </SpaceBetween>
        }
        empty="There is no stack."
        emptyHint="A stack is a set of resources made from one template, and removed together."
      />
    </SpaceBetween>
  );
}

export default function Stacks() {
  const { path, query } = useRoute();
  const identifier = path[1];
  if (identifier !== undefined) return <StackDetail key={identifier} identifier={identifier} />;
  return query.get('create') === 'yes' ? <CreateStack /> : <List />;
}
