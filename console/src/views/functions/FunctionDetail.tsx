// One function: invoke it, and how it is configured.
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useCallback } from 'react';

import { aws } from '../../api/client';
import { useLive } from '../../api/live';
import { DataTable } from '../../app/DataTable';
import { ErrorNotice } from '../../app/ErrorNotice';
import { bytesText, countText, timeText } from '../../app/format';
import { PageTitle } from '../../app/PageTitle';
import { href, useUrlState } from '../../app/router';
import { Loading } from '../../app/States';
import { logGroupOf, type FunctionConfiguration } from './function';
import { State } from './State';
import { Invoke } from './Invoke';

const long = (text: string | undefined) => <span className="wrap-anywhere">{text || '–'}</span>;

function Configuration({ of }: { of: FunctionConfiguration }) {
  const variables = Object.entries(of.Environment?.Variables ?? {});
  const layers = of.Layers ?? [];
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">Configuration</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'State', value: <State state={of.State} reason={of.StateReason} /> },
            { label: 'Runtime', value: long(of.Runtime) },
            { label: 'Handler', value: long(of.Handler) },
            { label: 'Architecture', value: long(of.Architectures?.join(', ')) },
            { label: 'Memory', value: `${countText(of.MemorySize)} MB` },
            { label: 'Timeout', value: `${countText(of.Timeout)} s` },
            { label: 'Temporary storage', value: `${countText(of.EphemeralStorage?.Size ?? 512)} MB` },
            { label: 'Code', value: bytesText(of.CodeSize) },
            { label: 'Changed', value: timeText(of.LastModified) },
            { label: 'Role', value: long(of.Role) },
            { label: 'Log group', value: long(logGroupOf(of)) },
            { label: 'ARN', value: long(of.FunctionArn) },
          ]}
        />
      </Container>
      <DataTable
        title="Environment variables"
        items={variables}
        columns={[
          { id: 'name', header: 'Name', value: ([name]) => name },
          { id: 'value', header: 'Value', value: ([, value]) => value, cell: ([, value]) => long(value), minWidth: 240 },
        ]}
        keyOf={([name]) => name}
        wrap
        filter={variables.length > 10 ? undefined : false}
        empty="No variables are set."
      />
      <DataTable
        title="Layers"
        items={layers}
        columns={[
          { id: 'arn', header: 'ARN', value: ({ Arn }) => Arn, cell: ({ Arn }) => long(Arn), minWidth: 240 },
          { id: 'size', header: 'Size', value: ({ CodeSize }) => CodeSize ?? 0, cell: ({ CodeSize }) => bytesText(CodeSize), number: true },
        ]}
        keyOf={({ Arn }) => Arn}
        wrap
        filter={false}
        empty="It has no layers."
      />
    </SpaceBetween>
  );
}

export function FunctionDetail({ name }: { name: string }) {
  const [tab, setTab] = useUrlState('tab', 'invoke');
  const load = useCallback(
    (signal: AbortSignal) =>
      aws<FunctionConfiguration>('lambda', 'GetFunctionConfiguration', { FunctionName: name }, { signal }),
    [name],
  );
  const { data, error, reload } = useLive(load, 10_000);
  return (
    <SpaceBetween size="m">
      <PageTitle
        way={[
          { text: 'Functions', href: href('functions') },
          { text: name, href: href(['functions', name]) },
        ]}
        title={name}
        description={data?.Description}
        actions={data && <Button href={href(['logs', logGroupOf(data)])}>Logs</Button>}
      />
      <ErrorNotice error={error} what="Loading the function" retry={reload} />
      {data === undefined && error === undefined && <Loading what="the function" />}
      <Tabs
        ariaLabel="Parts of the function"
        i18nStrings={{ scrollLeftAriaLabel: 'Tabs to the left', scrollRightAriaLabel: 'Tabs to the right' }}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: 'invoke', label: 'Invoke', content: <Invoke name={name} /> },
          ...(data ? [{ id: 'configuration', label: 'Configuration', content: <Configuration of={data} /> }] : []),
        ]}
      />
    </SpaceBetween>
  );
}
