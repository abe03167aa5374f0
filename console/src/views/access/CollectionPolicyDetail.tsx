// One policy of collections: its rules readable, and the policy itself.
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback } from 'react';

import { timeText } from '../../app/format';
import { JsonText } from '../../app/JsonText';
import { Part } from '../../app/Part';
import { getPolicy } from './policies';
import { rulesOf, type PolicyType } from './policyRules';
import { Rules } from './Rules';

export const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : milliseconds / 1000);

export function CollectionPolicyDetail({ type, name }: { type: PolicyType; name: string }) {
  const load = useCallback((signal: AbortSignal) => getPolicy(type, name, signal), [type, name]);
  return (
    <Part
      title="Policy"
      load={load}
      bare
      render={(policy) => (
        <SpaceBetween size="m">
          <Container header={<Header variant="h2">Policy</Header>}>
            <KeyValuePairs
              columns={3}
              items={[
                { label: 'Created', value: timeText(seconds(policy.createdDate)) },
                { label: 'Changed', value: timeText(seconds(policy.lastModifiedDate)) },
                { label: 'Version', value: policy.policyVersion ?? '–' },
                { label: 'Description', value: <span className="wrap-anywhere">{policy.description || '–'}</span> },
              ]}
            />
          </Container>
          <Rules title="Rules" type={type} rules={rulesOf(name, type, policy.policy)} />
          <Container header={<Header variant="h2">Document</Header>}>
            <JsonText value={policy.policy} label="Policy document" />
          </Container>
        </SpaceBetween>
      )}
    />
  );
}
