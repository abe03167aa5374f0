// One delivery stream: how it is set up, what it did over time, what went wrong, and what it gave up.
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useCallback } from 'react';

import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { href, navigate, useUrlState } from '../../app/router';
import { Loading } from '../../app/States';
import type { Delivery } from '../pipeline/descriptions';
import { describeDelivery } from '../pipeline/topology';
import { Configuration } from './Configuration';
import { DeliveryMetrics } from './DeliveryMetrics';
import { FailedDocuments } from './FailedDocuments';
import { FailedObjects } from './FailedObjects';
import { LastErrors } from './LastErrors';
import { failedPlaceOf } from './failedDocuments';

function Failed({ delivery, object }: { delivery: Delivery; object: string }) {
  const place = failedPlaceOf(delivery);
  if (place === undefined) return null;
  return object === ''
    ? <FailedObjects name={delivery.DeliveryStreamName} place={place} />
    : <FailedDocuments key={object} delivery={delivery} place={place} objectKey={object} />;
}

function useDelivery(name: string) {
  return useLive(useCallback((signal: AbortSignal) => describeDelivery(name, signal), [name]));
}

export function DeliveryDetail({ name }: { name: string }) {
  const [tab] = useUrlState('tab', 'overview');
  const [object] = useUrlState('object');
  const live = useDelivery(name);
  const delivery = live.data;
  const choose = (id: string) => navigate(href(['delivery', name], { tab: id === 'overview' ? undefined : id }), 'replace');
  return (
    <SpaceBetween size="m">
      <BreadcrumbGroup
        ariaLabel="Where this is"
        items={[{ text: 'Delivery streams', href: href('delivery') }, { text: name, href: href(['delivery', name]) }]}
      />
      <Header variant="h1">{name}</Header>
      {live.error !== undefined && <ErrorNotice error={live.error} what={`Delivery stream ${name}`} retry={live.reload} />}
      {delivery === undefined && live.error === undefined && <Loading what="the delivery stream" />}
      {delivery && (
        <Tabs
          ariaLabel="What to see of the delivery stream"
          i18nStrings={{ scrollLeftAriaLabel: 'Tabs to the left', scrollRightAriaLabel: 'Tabs to the right' }}
          activeTabId={tab}
          onChange={({ detail }) => choose(detail.activeTabId)}
          tabs={[
            { id: 'overview', label: 'Configuration', content: <Configuration delivery={delivery} /> },
            { id: 'metrics', label: 'Metrics', content: <DeliveryMetrics delivery={delivery} /> },
            { id: 'errors', label: 'Last errors', content: <LastErrors delivery={delivery} /> },
            ...(failedPlaceOf(delivery)
              ? [{ id: 'failed', label: 'Failed documents', content: <Failed delivery={delivery} object={object} /> }]
              : []),
          ]}
        />
      )}
    </SpaceBetween>
  );
}
