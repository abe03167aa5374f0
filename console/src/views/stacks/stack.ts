// What CloudFormation says of a stack, and how its events are put together while they happen.
import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

import { aws } from '../../api/client';
import { allPages } from '../../api/paging';

export interface StackSummary {
  StackId: string;
  StackName: string;
  TemplateDescription?: string;
  CreationTime: number;
  DeletionTime?: number;
  StackStatus: string;
  StackStatusReason?: string;
  ParentId?: string;
  RootId?: string;
}

export interface Parameter {
  ParameterKey: string;
  ParameterValue?: string;
  ResolvedValue?: string;
}

export interface Output {
  OutputKey: string;
  OutputValue: string;
  Description?: string;
  ExportName?: string;
}

export interface Stack extends Omit<StackSummary, 'TemplateDescription'> {
  Description?: string;
  Parameters?: Parameter[];
  Outputs?: Output[];
  Capabilities?: string[];
  RoleARN?: string;
  EnableTerminationProtection?: boolean;
}

export interface StackEvent {
  EventId: string;
  Timestamp: number;
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceType: string;
  ResourceStatus: string;
  ResourceStatusReason?: string;
}

export interface StackResource {
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceType: string;
  ResourceStatus: string;
  ResourceStatusReason?: string;
  LastUpdatedTimestamp: number;
}

export const inProgress = (status: string) => status.endsWith('_IN_PROGRESS');

export function statusKind(status: string): StatusIndicatorProps.Type {
  if (inProgress(status)) return 'in-progress';
  if (status.endsWith('FAILED') || status.includes('ROLLBACK')) return 'error';
  return status.startsWith('DELETE_') ? 'stopped' : 'success';
}

// 'arn:aws:cloudformation:…:stack/prices/5f0c…' → 'prices'; a name is its own.
export function nameOf(identifier: string): string {
  return identifier.startsWith('arn:') ? (identifier.split('/')[1] ?? identifier) : identifier;
}

// Newest first, each once: `fresh` are pages from the newest on, which overlap with what is known.
export function mergeEvents(known: StackEvent[], fresh: StackEvent[]): StackEvent[] {
  const seen = new Set(known.map(({ EventId }) => EventId));
  const added = fresh.filter(({ EventId }) => !seen.has(EventId) && seen.add(EventId));
  return added.length === 0 ? known : [...added, ...known];
}

// The resources that failed by themselves, the first to fail first: the others were only cancelled with them.
export function causes(events: StackEvent[], stackId: string): StackEvent[] {
  return events
    .filter(
      ({ ResourceStatus, ResourceStatusReason, PhysicalResourceId }) =>
        ResourceStatus.endsWith('_FAILED') &&
        ResourceStatusReason !== undefined &&
        !/cancelled/i.test(ResourceStatusReason) &&
        PhysicalResourceId !== stackId,
    )
    .toReversed();
}

const kEventsMost = 10_000;

// Loads the events that came since the last call: asks for older pages only until it meets one that it knows.
export function eventsOf(stackId: string) {
  let known: StackEvent[] = [];
  return async (signal: AbortSignal): Promise<StackEvent[]> => {
    const newest = known[0]?.EventId;
    const fresh: StackEvent[] = [];
    let token: string | undefined;
    do {
      const page = await aws<{ StackEvents?: StackEvent[]; NextToken?: string }>(
        'cloudformation',
        'DescribeStackEvents',
        { StackName: stackId, NextToken: token },
        { signal },
      );
      fresh.push(...(page.StackEvents ?? []));
      const met = newest !== undefined && fresh.some(({ EventId }) => EventId === newest);
      token = met || fresh.length >= kEventsMost ? undefined : page.NextToken;
    } while (token !== undefined);
    known = mergeEvents(known, fresh).slice(0, kEventsMost);
    return known;
  };
}

export async function loadStack(identifier: string, signal: AbortSignal): Promise<Stack> {
  const input = { StackName: identifier };
  const { Stacks } = await aws<{ Stacks?: Stack[] }>('cloudformation', 'DescribeStacks', input, { signal });
  const [stack] = Stacks ?? [];
  if (stack === undefined) throw new Error(`There is no stack ${nameOf(identifier)}.`);
  return stack;
}

export function loadStacks(signal: AbortSignal) {
  return allPages<StackSummary>(async (NextToken) => {
    const page = await aws<{ StackSummaries?: StackSummary[]; NextToken?: string }>(
      'cloudformation',
      'ListStacks',
      { NextToken },
      { signal },
    );
    return { items: page.StackSummaries ?? [], next: page.NextToken };
  });
}

export async function loadResources(stackId: string, signal: AbortSignal): Promise<StackResource[]> {
  const { items } = await allPages<StackResource>(async (NextToken) => {
    const page = await aws<{ StackResourceSummaries?: StackResource[]; NextToken?: string }>(
      'cloudformation',
      'ListStackResources',
      { StackName: stackId, NextToken },
      { signal },
    );
    return { items: page.StackResourceSummaries ?? [], next: page.NextToken };
  });
  return items;
}
