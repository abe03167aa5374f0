// A status in CloudFormation's own word, with its colour and, if there is one, its reason.
import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { statusKind } from './stack';

export function Status({ status, reason }: { status: string; reason?: string }) {
  const failed = statusKind(status) === 'error';
  return (
    <>
      <StatusIndicator type={statusKind(status)}>{status}</StatusIndicator>
      {reason && (
        <Box color={failed ? 'text-status-error' : 'text-body-secondary'} fontSize="body-s">
          <span className="wrap-anywhere">{reason}</span>
        </Box>
      )}
    </>
  );
}
