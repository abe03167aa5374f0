// Which metrics are graphed, how that is written in the URL, and what is asked of CloudWatch for it.
export interface Dimension {
  Name: string;
  Value: string;
}

export interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions?: Dimension[];
}

export interface Chosen extends Metric {
  stat: string;
}

export const statistics = ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount', 'p50', 'p90', 'p99'];
export const kChosenMost = 12;
export const periods = [1, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600];

const kAutoPoints = 300;
const kPointsMost = 3000;

// As CloudWatch's own sources have it: [namespace, name, dimension, value, …, {stat}].
export function chosenText(chosen: Chosen[]): string | undefined {
  if (chosen.length === 0) return undefined;
  return JSON.stringify(
    chosen.map(({ Namespace, MetricName, Dimensions = [], stat }) => [
      Namespace,
      MetricName,
      ...Dimensions.flatMap(({ Name, Value }) => [Name, Value]),
      { stat },
    ]),
  );
}

function parseOne(row: unknown): Chosen | undefined {
  if (!Array.isArray(row)) return undefined;
  const options: unknown = row.at(-1);
  const texts = typeof options === 'string' ? row : row.slice(0, -1);
  if (texts.length < 2 || texts.length % 2 !== 0 || !texts.every((each) => typeof each === 'string')) return undefined;
  const [Namespace, MetricName, ...rest] = texts as [string, string, ...string[]];
  const Dimensions: Dimension[] = [];
  for (let at = 0; at < rest.length; at += 2) Dimensions.push({ Name: rest[at] ?? '', Value: rest[at + 1] ?? '' });
  const stat = typeof options === 'object' && options !== null && 'stat' in options ? String(options.stat) : 'Average';
  return { Namespace, MetricName, Dimensions, stat };
}

export function parseChosen(text: string): Chosen[] {
  try {
    const rows: unknown = JSON.parse(text);
    if (!Array.isArray(rows)) return [];
    return rows.map(parseOne).filter((each) => each !== undefined).slice(0, kChosenMost);
  } catch {
    return []; // typed by hand
  }
}

export const dimensionsText = ({ Dimensions = [] }: Metric) =>
  Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(', ');

export const metricKey = (metric: Metric) => JSON.stringify([metric.Namespace, metric.MetricName, dimensionsText(metric)]);

// Sums make sense of counts and bytes, averages of the rest.
export function usualStatistic(name: string): string {
  return /(Records|Bytes|Count|Success|Errors?|Invocations|Throttles|Exceeded)$/i.test(name) && !/Age|Buffered/.test(name)
    ? 'Sum'
    : 'Average';
}

// As short as it can be while it tells them apart: what all have in common is not said.
export function labels(chosen: Chosen[]): string[] {
  const names = new Set(chosen.map(({ MetricName }) => MetricName));
  const alone = chosen.length === 1;
  const whereOf = ({ Dimensions = [] }: Metric) => Dimensions.map(({ Value }) => Value).join(' ');
  const places = new Set(chosen.map(whereOf));
  const drafts = chosen.map((one) => {
    const where = whereOf(one);
    const name = names.size > 1 || where === '' || alone ? one.MetricName : '';
    return [name, places.size > 1 || alone || name === '' ? where : ''].filter(Boolean).join(' · ');
  });
  return drafts.map((draft, index) => (drafts.indexOf(draft) === drafts.lastIndexOf(draft) ? draft : `${draft} · ${chosen[index]?.stat}`));
}

// What the server keeps by the second, for three hours; of the rest there is nothing finer than a minute.
const keptBySecond = ['AWS/Kinesis', 'AWS/Firehose', 'Standpipe'];

// The finest period that gives a readable number of points; a chosen one is kept unless it gives too many.
export function periodFor(spanSeconds: number, wanted: number | undefined, namespaces: string[]): number {
  if (wanted !== undefined && wanted > 0 && spanSeconds / wanted <= kPointsMost) return wanted;
  const fine = spanSeconds <= 3 * 3600 && namespaces.every((each) => keptBySecond.includes(each));
  const kept = periods.filter((period) => period >= 60 || fine);
  return kept.find((period) => spanSeconds / period <= kAutoPoints) ?? 24 * 3600;
}

export interface Frame {
  from: number; // seconds, multiples of the period
  to: number;
  period: number;
}

export function frameOf(fromMs: number, toMs: number, wanted: number | undefined, namespaces: string[]): Frame {
  const period = periodFor((toMs - fromMs) / 1000, wanted, namespaces);
  const from = Math.floor(fromMs / 1000 / period) * period;
  return { from, to: Math.max(Math.ceil(toMs / 1000 / period) * period, from + period), period };
}

export function dataInput(chosen: Chosen[], { from, to, period }: Frame, NextToken?: string) {
  return {
    MetricDataQueries: chosen.map(({ stat, Namespace, MetricName, Dimensions }, index) => ({
      Id: `m${index}`,
      MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: period, Stat: stat },
    })),
    StartTime: from,
    EndTime: to,
    ScanBy: 'TimestampAscending',
    NextToken,
  };
}

export interface DataResult {
  Id: string;
  Timestamps?: number[];
  Values?: number[];
}

export interface Grid {
  times: number[]; // seconds, every period
  values: (number | null)[][]; // one list a metric
}

export function gridOf(count: number, results: DataResult[], { from, to, period }: Frame): Grid {
  const times: number[] = [];
  for (let at = from; at < to; at += period) times.push(at);
  const values = Array.from({ length: count }, () => Array.from({ length: times.length }, (): number | null => null));
  for (const { Id, Timestamps = [], Values = [] } of results) {
    const row = values[Number(Id.slice(1))];
    if (row === undefined) continue;
    Timestamps.forEach((time, index) => {
      const at = Math.floor((time - from) / period);
      if (at >= 0 && at < row.length) row[at] = Values[index] ?? null;
    });
  }
  return { times, values };
}

// 1234.5678 → '1,234.57', 0.000123 → '0.000123'.
export function valueText(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value !== 0 && Math.abs(value) < 0.01) return value.toPrecision(3);
  return value.toLocaleString('en', { maximumFractionDigits: 2 });
}

export function periodText(seconds: number): string {
  const [size, name] = [[24 * 3600, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']].find(
    ([each]) => seconds % Number(each) === 0,
  ) as [number, string];
  return seconds === size ? `1 ${name}` : `${seconds / size} ${name}s`;
}
