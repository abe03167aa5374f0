// What a delivery stream writes to its log: one JSON object a line, with an error's code and the destination's words.
import { aws } from '../../api/client';
import type { Delivery, LogOptions } from './descriptions';

export interface DeliveryError {
  time: number; // epoch milliseconds
  code: string;
  reason: string;
  destination?: string;
}

export interface LogTarget {
  group: string;
  stream: string;
  of: 'destination' | 'backup';
}

function target(options: LogOptions | undefined, of: LogTarget['of']): LogTarget[] {
  if (!options?.Enabled || !options.LogGroupName || !options.LogStreamName) return [];
  return [{ group: options.LogGroupName, stream: options.LogStreamName, of }];
}

export function logTargetsOf({ Destinations: [destination] }: Pick<Delivery, 'Destinations'>): LogTarget[] {
  const collection = destination?.AmazonOpenSearchServerlessDestinationDescription;
  if (collection) {
    const own = target(collection.CloudWatchLoggingOptions, 'destination');
    const backup = target(collection.S3DestinationDescription?.CloudWatchLoggingOptions, 'backup');
    return [...own, ...backup.filter(({ group, stream }) => !own.some((o) => o.group === group && o.stream === stream))];
  }
  const bucket = destination?.ExtendedS3DestinationDescription ?? destination?.S3DestinationDescription;
  return target(bucket?.CloudWatchLoggingOptions, 'destination');
}

// The words inside what a collection answered: a JSON text of one of its several forms, or just words.
export function reasonOf(message: string): string {
  try {
    const body = JSON.parse(message);
    const error = typeof body.error === 'object' && body.error !== null ? body.error : body;
    const root = error.root_cause?.[0]?.reason;
    const reason = [error.reason, root, error.message, typeof body.error === 'string' ? body.error : undefined].find(
      (words) => typeof words === 'string' && words !== '',
    );
    if (reason === undefined) return message;
    const [status, type] = [body.status, error.type].map((known) => (known === undefined || known === '' ? '' : `${known} `));
    return `${status}${type}${type !== '' || status !== '' ? '– ' : ''}${reason}`;
  } catch {
    return message;
  }
}

export function parseLogLine(time: number, line: string): DeliveryError {
  try {
    const body = JSON.parse(line);
    if (typeof body.message === 'string' && typeof body.errorCode === 'string') {
      return { time, code: body.errorCode, reason: reasonOf(body.message), destination: body.destination };
    }
  } catch {
    // Written by somebody else: shown as it is.
  }
  return { time, code: '', reason: line };
}

// The newest first.
export async function readLog(
  { group, stream }: LogTarget,
  since: number,
  limit: number,
  signal?: AbortSignal,
): Promise<DeliveryError[]> {
  const answer = await aws<{ events?: { timestamp: number; message: string }[] }>(
    'logs', 'GetLogEvents',
    { logGroupName: group, logStreamName: stream, startTime: since, limit, startFromHead: false },
    { signal },
  );
  return (answer.events ?? []).map(({ timestamp, message }) => parseLogLine(timestamp, message)).toReversed();
}

export async function lastErrorOf(
  targets: LogTarget[],
  since: number,
  signal?: AbortSignal,
): Promise<DeliveryError | undefined> {
  const lasts = await Promise.all(targets.map((target) => readLog(target, since, 1, signal)));
  return lasts.flat().sort((a, b) => b.time - a.time)[0];
}
