// What went wrong, with the reason that the server gave. A refusal says by which right it was refused.
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useContext } from 'react';

import { refusals } from '../api/client';
import { ApiError } from '../api/error';
import { useLive } from '../api/live';
import { href } from './router';
import { SessionContext } from './session';

export function ErrorNotice({ error, what, retry }: { error: unknown; what?: string; retry?: () => void }) {
  const inCollection = useContext(SessionContext)?.collection !== undefined; // where no view tells of refusals
  if (error === undefined || error === null) return null;
  const refused = error instanceof ApiError && error.refused;
  const code = error instanceof ApiError ? error.code : 'Error';
  const message = error instanceof Error ? error.message : 'The reason is not known.';
  return (
    <Alert
      type={refused ? 'warning' : 'error'}
      header={what ? `${what}: ${refused ? 'refused' : 'failed'}` : refused ? 'Refused' : 'Failed'}
      action={retry && <Button onClick={retry}>Try again</Button>}
    >
      <div data-testid="error-notice">
        <Box variant="strong">{code}</Box> {refused && code === 'Forbidden' ? <LastReason otherwise={message} /> : message}
        {refused && !inCollection && (
          <>
            {' '}
            <Link href={href('refusals')} variant="primary">
              Why was this refused?
            </Link>
          </>
        )}
      </div>
    </Alert>
  );
}

const lastRefusals = (signal: AbortSignal) => refusals(20, signal);

// The data plane says no more than that it refused, as AWS's does; the reason is in the reader's own last refusal.
function LastReason({ otherwise }: { otherwise: string }) {
  const session = useContext(SessionContext);
  const { data } = useLive(lastRefusals);
  const last = data?.refusals.find(({ principal, code }) => principal === session?.principal.arn && code === 'Forbidden');
  return <span className="wrap-anywhere">{last?.reason ?? otherwise}</span>;
}
