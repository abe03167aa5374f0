// How times, sizes and counts are written, the same in every view.
const two = (value: number) => String(value).padStart(2, '0');

// Epoch seconds (as AWS's JSON has them) or an ISO 8601 text → "2026-11-27 17:01:44", in the reader's time zone.
export function timeText(value: number | string | undefined): string {
  if (value === undefined || value === '') return '–';
  const date = new Date(typeof value === 'number' ? value * 1000 : value);
  if (Number.isNaN(date.getTime())) return String(value);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function countText(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : value.toLocaleString('en');
}

export function bytesText(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value < 1024) return `${value} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let scaled = value / 1024;
  let unit = 0;
  for (; scaled >= 1024 && unit + 1 < units.length; ++unit) scaled /= 1024;
  return `${scaled.toFixed(scaled < 10 ? 2 : 1)} ${units[unit]}`;
}
