// One refusal: which layer decided, what would have to change, and all that is known of the request.
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';

import type { Refusal } from '../../api/client';
import { timeText } from '../../app/format';
import { href } from '../../app/router';
import { explain, titles } from './explain';

const shown = (value: string | undefined) => <span className="wrap-anywhere">{value || '–'}</span>;

export function RefusalDetail({ refusal, close }: { refusal: Refusal; close: () => void }) {
  const { layer, change, see } = explain(refusal);
  return (
    <Container
      data-testid="refusal-detail"
      header={
        <Header
          variant="h2"
          description={`decided at ${timeText(refusal.time)}`}
          actions={<Button variant="icon" iconName="close" ariaLabel="Close the details" onClick={close} />}
        >
          {titles[refusal.decidedBy]}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div>
          <Box variant="h3">What decided</Box>
          <Box variant="p">{layer}</Box>
        </div>
        <div>
          <Box variant="h3">What would have to change</Box>
          <Box variant="p">
            <span className="wrap-anywhere">{change}</span>
          </Box>
          {see && <Link href={href(see.path)}>{see.text}</Link>}
        </div>
        <div>
          <Box variant="h3">The request</Box>
          <KeyValuePairs
            items={[
              { label: 'Reason', value: shown(refusal.reason) },
              { label: 'Error', value: shown(refusal.code) },
              { label: 'Action', value: shown(refusal.action || refusal.service) },
              { label: 'Resource', value: shown(refusal.resource) },
              { label: 'Principal', value: shown(refusal.principal) },
              { label: 'Access key ID', value: shown(refusal.accessKeyId) },
              { label: 'Request ID', value: shown(refusal.requestId) },
              { label: 'Source address', value: shown(refusal.sourceIp) },
              { label: 'Client', value: shown(refusal.userAgent) },
              ...(refusal.calledVia ? [{ label: 'Called via', value: shown(refusal.calledVia) }] : []),
            ]}
          />
        </div>
      </SpaceBetween>
    </Container>
  );
}
