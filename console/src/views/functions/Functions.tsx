// Lambda's functions: the list, or one of them.
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { ErrorNotice } from '../../app/ErrorNotice';
import { bytesText, countText, timeText } from '../../app/format';
import { href, useRoute } from '../../app/router';
import { loadFunctions, type FunctionConfiguration } from './function';
import { FunctionDetail } from './FunctionDetail';
import { State } from './State';

const columns: Column<FunctionConfiguration>[] = [
  {
    id: 'name',
    header: 'Name',
    value: ({ FunctionName }) => FunctionName,
    cell: ({ FunctionName }) => <Link href={href(['functions', FunctionName])}>{FunctionName}</Link>,
    minWidth: 180,
  },
  { id: 'state', header: 'State', value: ({ State: state }) => state ?? 'Active', cell: ({ State: state }) => <State state={state} /> },
  { id: 'runtime', header: 'Runtime', value: ({ Runtime }) => Runtime ?? '–' },
  {
    id: 'memory',
    header: 'Memory (MB)',
    value: ({ MemorySize }) => MemorySize ?? 0,
    cell: ({ MemorySize }) => countText(MemorySize),
    number: true,
  },
  { id: 'timeout', header: 'Timeout (s)', value: ({ Timeout }) => Timeout ?? 0, number: true },
  { id: 'size', header: 'Code', value: ({ CodeSize }) => CodeSize ?? 0, cell: ({ CodeSize }) => bytesText(CodeSize), number: true },
  {
    id: 'changed',
    header: 'Changed',
    value: ({ LastModified }) => LastModified ?? '',
    cell: ({ LastModified }) => <span className="nowrap">{timeText(LastModified)}</span>,
  },
];

function List() {
  const { data, error, loading, reload } = useLive(loadFunctions, 10_000);
  return (
    <SpaceBetween size="m">
      <ErrorNotice error={error} what="Loading the functions" retry={reload} />
      <DataTable
        title="Functions"
        level="h1"
        items={data?.items ?? []}
        columns={columns}
        keyOf={({ FunctionArn }) => FunctionArn}
        loading={loading}
        rowTestId="function-row"
        description={data?.complete === false ? 'Only the first 10,000.' : undefined}
        empty="There is no function."
        emptyHint="A stack or CreateFunction makes one."
      />
    </SpaceBetween>
  );
}

export default function Functions() {
  const name = useRoute().path[1];
  return name === undefined ? <List /> : <FunctionDetail key={name} name={name} />;
}
