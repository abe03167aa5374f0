// Lambda's functions, as the API has them, and what their last lines say of how a call went.
import { aws } from '../../api/client';
import { allPages } from '../../api/paging';

export interface FunctionConfiguration {
  FunctionName: string;
  FunctionArn: string;
  Description?: string;
  Runtime?: string;
  Handler?: string;
  Role?: string;
  CodeSize?: number;
  CodeSha256?: string;
  MemorySize?: number;
  Timeout?: number;
  LastModified?: string; // ISO 8601
  Architectures?: string[];
  State?: string;
  StateReason?: string;
  LastUpdateStatus?: string;
  LastUpdateStatusReason?: string;
  Environment?: { Variables?: Record<string, string> };
  Layers?: { Arn: string; CodeSize?: number }[];
  LoggingConfig?: { LogGroup?: string; LogFormat?: string };
  EphemeralStorage?: { Size?: number };
}

export interface Invocation {
  StatusCode: number;
  FunctionError?: string;
  LogResult?: string; // base64
  Payload?: string; // base64
  ExecutedVersion?: string;
}

export interface Report {
  durationMs?: number;
  billedMs?: number;
  initMs?: number;
  memoryMb?: number;
  usedMb?: number;
}

export function loadFunctions(signal: AbortSignal) {
  return allPages<FunctionConfiguration>(async (Marker) => {
    const page = await aws<{ Functions?: FunctionConfiguration[]; NextMarker?: string }>(
      'lambda',
      'ListFunctions',
      { Marker },
      { signal },
    );
    return { items: page.Functions ?? [], next: page.NextMarker };
  });
}

export const logGroupOf = ({ FunctionName, LoggingConfig }: FunctionConfiguration) =>
  LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;

// The line that the platform writes after a call: "REPORT RequestId: … Duration: 2.31 ms Billed Duration: 3 ms …".
export function readReport(log: string): Report | undefined {
  const line = log.split('\n').findLast((each) => each.startsWith('REPORT '));
  if (line === undefined) return undefined;
  const number = (pattern: RegExp) => {
    const found = pattern.exec(line)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return {
    durationMs: number(/(?<!Billed |Init )Duration: ([\d.]+) ms/),
    billedMs: number(/Billed Duration: ([\d.]+) ms/),
    initMs: number(/Init Duration: ([\d.]+) ms/),
    memoryMb: number(/Memory Size: (\d+) MB/),
    usedMb: number(/Max Memory Used: (\d+) MB/),
  };
}

// Why a text is not an event: nothing if it is JSON, or empty.
export function eventFault(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `Not JSON: ${(error as Error).message}`;
  }
}
