// What a view shows while it has nothing to show.
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import type { ReactNode } from 'react';

export function Loading({ what }: { what: string }) {
  return (
    <Box textAlign="center" padding="l" color="text-status-inactive">
      <Spinner /> Loading {what}
    </Box>
  );
}

export function Empty({ title, hint, action }: { title: string; hint?: ReactNode; action?: ReactNode }) {
  return (
    <Box textAlign="center" padding="l" color="inherit">
      <SpaceBetween size="xs">
        <Box variant="strong" color="inherit">
          {title}
        </Box>
        {hint && <Box color="text-body-secondary">{hint}</Box>}
        {action}
      </SpaceBetween>
    </Box>
  );
}
