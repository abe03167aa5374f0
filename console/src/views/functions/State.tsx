// Whether a function can be invoked, and if not, why.
import StatusIndicator from '@cloudscape-design/components/status-indicator';

export function State({ state, reason }: { state?: string; reason?: string }) {
  const type = state === 'Failed' ? 'error' : state === 'Pending' ? 'in-progress' : state === 'Inactive' ? 'stopped' : 'success';
  return (
    <>
      <StatusIndicator type={type}>{state ?? 'Active'}</StatusIndicator>
      {reason && <div className="wrap-anywhere quiet">{reason}</div>}
    </>
  );
}
