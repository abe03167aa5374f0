// CloudWatch's GetMetricData: many curves in one call, and what is read off them.
import { aws } from '../../api/client';

export type Stat = 'Sum' | 'Average' | 'Minimum' | 'Maximum';

export interface MetricWanted {
  key: string; // how the curve is found again
  namespace: string;
  metric: string;
  dimensions: Record<string, string>;
  stat: Stat;
}

export interface Curve {
  times: number[]; // epoch seconds, ascending, the beginnings of periods
  values: number[];
}

export type Curves = Map<string, Curve>;

export interface Span {
  from: number; // epoch seconds
  to: number;
  period: number;
}

const kQueriesMax = 500; // of one call

// The last so many seconds, as far as they go, on whole periods.
export function spanUntil(now: number, seconds: number, period: number): Span {
  const to = Math.floor(now / period) * period + period;
  return { from: to - Math.ceil(seconds / period) * period, to, period };
}

export function metricInput(wanted: MetricWanted[], { from, to, period }: Span): object {
  return {
    StartTime: from,
    EndTime: to,
    ScanBy: 'TimestampAscending',
    MetricDataQueries: wanted.map(({ namespace, metric, dimensions, stat }, index) => ({
      Id: `m${index}`,
      MetricStat: {
        Metric: {
          Namespace: namespace,
          MetricName: metric,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: period,
        Stat: stat,
      },
    })),
  };
}

interface Answer {
  MetricDataResults?: { Id: string; Timestamps?: number[]; Values?: number[] }[];
  NextToken?: string;
}

function take(curves: Curves, wanted: MetricWanted[], answer: Answer) {
  for (const result of answer.MetricDataResults ?? []) {
    const key = wanted[Number(result.Id.slice(1))]?.key;
    if (key === undefined) continue;
    const before = curves.get(key);
    curves.set(key, {
      times: [...(before?.times ?? []), ...(result.Timestamps ?? [])],
      values: [...(before?.values ?? []), ...(result.Values ?? [])],
    });
  }
}

export async function readMetrics(wanted: MetricWanted[], span: Span, signal?: AbortSignal): Promise<Curves> {
  const curves: Curves = new Map();
  for (let start = 0; start < wanted.length; start += kQueriesMax) {
    const part = wanted.slice(start, start + kQueriesMax);
    let token: string | undefined;
    do {
      const input = { ...metricInput(part, span), NextToken: token };
      const answer = await aws<Answer>('cloudwatch', 'GetMetricData', input, { signal });
      take(curves, part, answer);
      token = answer.NextToken || undefined;
    } while (token !== undefined);
  }
  return curves;
}

export function sumOf(curve: Curve | undefined, since = 0): number {
  let sum = 0;
  curve?.times.forEach((time, index) => {
    if (time >= since) sum += curve.values[index] ?? 0;
  });
  return sum;
}

// Undefined: nothing was measured since then.
export function lastOf(curve: Curve | undefined, since = 0): number | undefined {
  const time = curve?.times.at(-1);
  return time === undefined || time < since ? undefined : curve?.values.at(-1);
}

// Per second over the two periods that have ended and the one that has begun: as fresh as it can be without jumping.
export function rateOf(curve: Curve | undefined, now: number, period: number): number {
  const since = (Math.floor(now / period) - 2) * period;
  return sumOf(curve, since) / Math.max(now - since, 2 * period);
}

// One value a period, also where nothing was measured: for charts.
export function evenly(curve: Curve | undefined, { from, to, period }: Span, gap: number | null, scale = 1) {
  const known = new Map(curve?.times.map((time, index) => [time, curve.values[index]]));
  const values: (number | null)[] = [];
  for (let time = from; time < to; time += period) {
    const value = known.get(time);
    values.push(value === undefined ? gap : value * scale);
  }
  return values;
}

export function timesOf({ from, to, period }: Span): number[] {
  return Array.from({ length: Math.round((to - from) / period) }, (_, index) => from + index * period);
}
