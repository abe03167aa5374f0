// One stack, while it changes: asked every second as long as something is in progress.
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useCallback, useMemo, useState } from 'react';

import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { timeText } from '../../app/format';
import { PageTitle } from '../../app/PageTitle';
import { href, useUrlState } from '../../app/router';
import { Loading } from '../../app/States';
import { DeleteStack } from './DeleteStack';
import { Events, Outputs, Parameters, Resources, Template } from './parts';
import { causes, eventsOf, inProgress, loadStack, nameOf, type Stack, type StackEvent } from './stack';
import { Status } from './Status';

const kBusyMs = 1000;
const kQuietMs = 10_000;

function Overview({ stack }: { stack: Stack }) {
  const { ParentId, RoleARN } = stack;
  return (
    <Container>
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'Status', value: <Status status={stack.StackStatus} reason={stack.StackStatusReason} /> },
          { label: 'Created', value: timeText(stack.CreationTime) },
          stack.DeletionTime === undefined
            ? { label: 'Capabilities', value: stack.Capabilities?.join(', ') || '–' }
            : { label: 'Deleted', value: timeText(stack.DeletionTime) },
          ...(ParentId ? [{ label: 'Part of', value: <Link href={href(['stacks', ParentId])}>{nameOf(ParentId)}</Link> }] : []),
          ...(RoleARN ? [{ label: 'Role', value: <span className="wrap-anywhere">{RoleARN}</span> }] : []),
          { label: 'ID', value: <span className="wrap-anywhere">{stack.StackId}</span> },
        ]}
      />
    </Container>
  );
}

function Why({ events, stackId }: { events: StackEvent[]; stackId: string }) {
  const failed = causes(events, stackId);
  if (failed.length === 0) return null;
  return (
    <Alert type="error" header="What failed">
      <ul className="plain" data-testid="stack-causes">
        {failed.slice(0, 5).map((event) => (
          <li key={event.EventId} className="wrap-anywhere">
            <strong>{event.LogicalResourceId}</strong> ({event.ResourceType}): {event.ResourceStatusReason}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

export function StackDetail({ identifier }: { identifier: string }) {
  const [tab, setTab] = useUrlState('tab', 'events');
  const [deleting, setDeleting] = useState(false);
  const [everyMs, setEveryMs] = useState(kBusyMs);
  const { data: stack, error, reload } = useLive(
    useCallback((signal: AbortSignal) => loadStack(identifier, signal), [identifier]),
    everyMs,
  );
  const events = useLive(useMemo(() => eventsOf(identifier), [identifier]), everyMs);
  const wanted = stack === undefined || inProgress(stack.StackStatus) ? kBusyMs : kQuietMs;
  if (stack !== undefined && wanted !== everyMs) setEveryMs(wanted);

  const way = [
    { text: 'Stacks', href: href('stacks') },
    { text: nameOf(identifier), href: href(['stacks', identifier]) },
  ];
  return (
    <SpaceBetween size="m">
      <PageTitle
        way={way}
        title={nameOf(identifier)}
        description={stack?.Description}
        actions={
          <Button disabled={stack === undefined || stack.StackStatus === 'DELETE_COMPLETE'} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        }
      />
      <ErrorNotice error={error} what="Loading the stack" retry={reload} />
      {stack === undefined && error === undefined && <Loading what="the stack" />}
      {stack && (
        <>
          <Overview stack={stack} />
          <Why events={events.data ?? []} stackId={stack.StackId} />
          <Tabs
            ariaLabel="Parts of the stack"
            i18nStrings={{ scrollLeftAriaLabel: 'Tabs to the left', scrollRightAriaLabel: 'Tabs to the right' }}
            activeTabId={tab}
            onChange={({ detail }) => setTab(detail.activeTabId)}
            tabs={[
              { id: 'events', label: 'Events', content: <Events live={events} /> },
              { id: 'resources', label: 'Resources', content: <Resources stackId={stack.StackId} everyMs={everyMs} /> },
              { id: 'outputs', label: 'Outputs', content: <Outputs outputs={stack.Outputs ?? []} /> },
              { id: 'parameters', label: 'Parameters', content: <Parameters parameters={stack.Parameters ?? []} /> },
              { id: 'template', label: 'Template', content: <Template stackId={stack.StackId} /> },
            ]}
          />
          {deleting && (
            <DeleteStack
              stack={stack}
              close={() => {
                setDeleting(false);
                reload();
              }}
            />
          )}
        </>
      )}
    </SpaceBetween>
  );
}
