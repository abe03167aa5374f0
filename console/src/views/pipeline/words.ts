// How the pipelines' numbers are written.
export function rateText(rate: number | undefined): string {
  if (rate === undefined) return '–';
  if (rate === 0) return '0';
  if (rate < 0.1) return '<0.1';
  return rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en');
}

export function durationText(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// When a buffer is delivered: whichever comes first.
export function bufferText(hints: { SizeInMBs?: number; IntervalInSeconds?: number } | undefined): string {
  const parts = [];
  if (hints?.IntervalInSeconds !== undefined) parts.push(`${hints.IntervalInSeconds} s`);
  if (hints?.SizeInMBs !== undefined) parts.push(`${hints.SizeInMBs} MiB`);
  return parts.length === 0 ? 'by default' : parts.join(' or ');
}
