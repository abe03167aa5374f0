// How a collection is.
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

const kinds: Record<string, StatusIndicatorProps.Type> = {
  ACTIVE: 'success',
  CREATING: 'in-progress',
  UPDATING: 'in-progress',
  DELETING: 'in-progress',
  FAILED: 'error',
  UPDATE_FAILED: 'error',
};

export function Status({ status }: { status: string }) {
  return <StatusIndicator type={kinds[status] ?? 'info'}>{status}</StatusIndicator>;
}
