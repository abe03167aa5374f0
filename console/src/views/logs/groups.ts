// Log groups and the streams in them.
import { aws } from '../../api/client';
import { allPages } from '../../api/paging';

export interface LogGroup {
  logGroupName: string;
  creationTime?: number; // ms
  retentionInDays?: number;
  storedBytes?: number;
}

export interface LogStream {
  logStreamName: string;
  creationTime?: number; // ms
  firstEventTimestamp?: number;
  lastEventTimestamp?: number;
}

export function loadGroups(signal: AbortSignal) {
  return allPages<LogGroup>(async (nextToken) => {
    const page = await aws<{ logGroups?: LogGroup[]; nextToken?: string }>('logs', 'DescribeLogGroups', { nextToken }, { signal });
    return { items: page.logGroups ?? [], next: page.nextToken };
  });
}

const kStreamsMost = 1000; // the last that were written to

export function loadStreams(logGroupName: string, signal: AbortSignal) {
  return allPages<LogStream>(async (nextToken) => {
    const input = { logGroupName, orderBy: 'LastEventTime', descending: true, nextToken };
    const page = await aws<{ logStreams?: LogStream[]; nextToken?: string }>('logs', 'DescribeLogStreams', input, { signal });
    return { items: page.logStreams ?? [], next: page.nextToken };
  }, kStreamsMost);
}

export const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);
