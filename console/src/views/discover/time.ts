// Stretches of time: how they are written in the URL, what they mean now, and how finely a histogram cuts them.
export type Unit = 'm' | 'h' | 'd' | 'w' | 'M' | 'y';

export type Range =
  | { kind: 'all' }
  | { kind: 'last'; amount: number; unit: Unit }
  | { kind: 'between'; from: number; to: number }; // ms

export interface Bounds {
  from: number;
  to: number;
}

export interface Interval {
  text: string; // as OpenSearch's fixed_interval
  ms: number;
}

const kMinute = 60_000;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;
const kYear = 365 * kDay;
const unitMs: Record<Unit, number> = { m: kMinute, h: kHour, d: kDay, w: 7 * kDay, M: 30 * kDay, y: kYear };

export function parseRange(text: string | null): Range {
  const last = /^(\d{1,5})([mhdwMy])$/.exec(text ?? '');
  if (last && Number(last[1]) > 0) return { kind: 'last', amount: Number(last[1]), unit: last[2] as Unit };
  const [from, to] = (text ?? '').split('~').map((part) => Date.parse(part));
  if (from !== undefined && to !== undefined && from < to) return { kind: 'between', from, to };
  return { kind: 'all' };
}

export function rangeText(range: Range): string | undefined {
  if (range.kind === 'all') return undefined;
  if (range.kind === 'last') return `${range.amount}${range.unit}`;
  return `${new Date(range.from).toISOString()}~${new Date(range.to).toISOString()}`;
}

export function boundsOf(range: Range, now: number): Bounds | undefined {
  if (range.kind === 'all') return undefined;
  if (range.kind === 'last') return { from: now - range.amount * unitMs[range.unit], to: now };
  return { from: range.from, to: range.to };
}

const steps: Interval[] = [
  ...[1, 10, 100].map((count) => ({ text: `${count}ms`, ms: count })),
  ...[1, 5, 10, 30].map((count) => ({ text: `${count}s`, ms: count * 1000 })),
  ...[1, 5, 10, 30].map((count) => ({ text: `${count}m`, ms: count * kMinute })),
  ...[1, 3, 12].map((count) => ({ text: `${count}h`, ms: count * kHour })),
  ...[1, 7, 30, 90, 365].map((count) => ({ text: `${count}d`, ms: count * kDay })),
];

// The finest sensible step that cuts the stretch into at most so many bars.
export function chooseInterval(spanMs: number, most = 80): Interval {
  const fine = steps.find((step) => spanMs / step.ms <= most);
  if (fine) return fine;
  const days = 365 * Math.ceil(spanMs / kYear / most);
  return { text: `${days}d`, ms: days * kDay };
}

const words: [number, string][] = [
  [kDay, 'day'],
  [kHour, 'hour'],
  [kMinute, 'minute'],
  [1000, 'second'],
  [1, 'millisecond'],
];

export function intervalWords({ ms }: Interval): string {
  const [unit, name] = words.find(([size]) => ms % size === 0) ?? [1, 'millisecond'];
  return ms === unit ? name : `${ms / unit} ${name}s`;
}

// The reader's distance from UTC then, so that a bar of a day is the reader's day.
export function zoneOffset(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

// A point of time to the millisecond, in the reader's time zone.
export function momentText(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return String(ms);
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day} ${time}.${pad(date.getMilliseconds(), 3)}`;
}
