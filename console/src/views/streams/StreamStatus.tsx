import StatusIndicator from '@cloudscape-design/components/status-indicator';

export function StreamStatus({ status }: { status: string }) {
  const type = status === 'ACTIVE' ? 'success' : status === '' ? 'info' : 'in-progress';
  return <StatusIndicator type={type}>{status === '' ? 'not visible' : status.toLowerCase()}</StatusIndicator>;
}
