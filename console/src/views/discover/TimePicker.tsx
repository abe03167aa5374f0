// Which stretch of time: relative to now, from a moment to another, or all.
import DateRangePicker, { type DateRangePickerProps } from '@cloudscape-design/components/date-range-picker';

import { timeText } from '../../app/format';
import type { Range, Unit } from './time';

type TimeUnit = DateRangePickerProps.TimeUnit;

const unitNames: Record<Unit, TimeUnit> = { m: 'minute', h: 'hour', d: 'day', w: 'week', M: 'month', y: 'year' };

const presets: [number, Unit][] = [
  [15, 'm'],
  [1, 'h'],
  [4, 'h'],
  [24, 'h'],
  [7, 'd'],
  [30, 'd'],
  [1, 'y'],
];

const relativeOptions = presets.map(([amount, unit]) => ({
  key: `${amount}${unit}`,
  amount,
  unit: unitNames[unit],
  type: 'relative' as const,
}));

function toValue(range: Range): DateRangePickerProps.Value | null {
  if (range.kind === 'all') return null;
  if (range.kind === 'last') {
    return { key: `${range.amount}${range.unit}`, type: 'relative', amount: range.amount, unit: unitNames[range.unit] };
  }
  const iso = (ms: number) => new Date(ms).toISOString();
  return { type: 'absolute', startDate: iso(range.from), endDate: iso(range.to) };
}

function toRange(value: DateRangePickerProps.Value | null): Range {
  if (value === null) return { kind: 'all' };
  if (value.type === 'absolute') {
    return { kind: 'between', from: Date.parse(value.startDate), to: Date.parse(value.endDate) };
  }
  const unit = (Object.keys(unitNames) as Unit[]).find((key) => unitNames[key] === value.unit);
  if (unit !== undefined) return { kind: 'last', amount: value.amount, unit };
  return { kind: 'last', amount: Math.max(Math.ceil(value.amount / 60), 1), unit: 'm' }; // seconds
}

const isValidRange: DateRangePickerProps.ValidationFunction = (value) => {
  const no = (errorMessage: string) => ({ valid: false as const, errorMessage });
  if (value === null) return no('Choose a stretch of time.');
  if (value.type === 'relative') return value.amount > 0 ? { valid: true } : no('The duration must be greater than 0.');
  const [from, to] = [Date.parse(value.startDate), Date.parse(value.endDate)];
  if (Number.isNaN(from) || Number.isNaN(to)) return no('Both a beginning and an end are needed.');
  return from < to ? { valid: true } : no('The end must come after the beginning.');
};

const plural = (unit: string, amount: number) => (amount === 1 ? unit : `${unit}s`);

const words: DateRangePickerProps.I18nStrings = {
  ariaLabel: 'Time range',
  todayAriaLabel: 'Today',
  nextMonthAriaLabel: 'Next month',
  previousMonthAriaLabel: 'Previous month',
  customRelativeRangeDurationLabel: 'Duration',
  customRelativeRangeDurationPlaceholder: 'Duration',
  customRelativeRangeOptionLabel: 'Another duration',
  customRelativeRangeOptionDescription: 'Up to now',
  customRelativeRangeUnitLabel: 'Unit',
  formatRelativeRange: ({ amount, unit }) => `Last ${amount} ${plural(unit, amount)}`,
  formatUnit: plural,
  dateTimeConstraintText: 'Times are yours, in 24 hours.',
  modeSelectionLabel: 'Kind of range',
  relativeModeTitle: 'Relative',
  absoluteModeTitle: 'Absolute',
  relativeRangeSelectionHeading: 'Up to now',
  startDateLabel: 'From day',
  endDateLabel: 'To day',
  startTimeLabel: 'From time',
  endTimeLabel: 'To time',
  clearButtonLabel: 'All time',
  cancelButtonLabel: 'Cancel',
  applyButtonLabel: 'Apply',
  errorIconAriaLabel: 'Error',
  renderSelectedAbsoluteRangeAriaLive: (from, to) => `From ${from} to ${to}`,
};

function rangeWords(range: Range): string {
  if (range.kind === 'all') return 'All time';
  if (range.kind === 'last') return `Last ${range.amount} ${plural(unitNames[range.unit], range.amount)}`;
  return `${timeText(range.from / 1000)} – ${timeText(range.to / 1000)}`;
}

export function TimePicker({ range, change }: { range: Range; change: (range: Range) => void }) {
  return (
    <DateRangePicker
      value={toValue(range)}
      relativeOptions={relativeOptions}
      customRelativeRangeUnits={['minute', 'hour', 'day', 'week', 'month', 'year']}
      isValidRange={isValidRange}
      i18nStrings={words}
      placeholder="All time"
      renderTriggerContent={() => <span className="nowrap">{rangeWords(range)}</span>}
      locale="en-GB"
      expandToViewport
      onChange={({ detail }) => change(toRange(detail.value))}
    />
  );
}
