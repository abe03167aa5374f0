// Metrics that exist, and their values.
import { aws } from '../../api/client';
import { allPages } from '../../api/paging';
import { dataInput, type Chosen, type DataResult, type Frame, type Metric } from './query';

export function loadMetrics(Namespace: string | undefined, signal: AbortSignal) {
  return allPages<Metric>(async (NextToken) => {
    const input = { Namespace, NextToken };
    const page = await aws<{ Metrics?: Metric[]; NextToken?: string }>('cloudwatch', 'ListMetrics', input, { signal });
    return { items: page.Metrics ?? [], next: page.NextToken };
  });
}

export async function loadData(chosen: Chosen[], frame: Frame, signal: AbortSignal): Promise<DataResult[]> {
  const { items } = await allPages<DataResult>(async (token) => {
    const page = await aws<{ MetricDataResults?: DataResult[]; NextToken?: string }>(
      'cloudwatch',
      'GetMetricData',
      dataInput(chosen, frame, token),
      { signal },
    );
    return { items: page.MetricDataResults ?? [], next: page.NextToken };
  });
  return items;
}
