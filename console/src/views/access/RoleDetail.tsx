// One IAM role: whom it trusts and what it may do.
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback } from 'react';

import { timeText } from '../../app/format';
import { JsonText } from '../../app/JsonText';
import { Part } from '../../app/Part';
import { readDocument } from './documents';
import { get, type Role } from './iam';
import { AttachedPolicies, InlinePolicies, policyLink, Tags } from './parts';

function Facts({ role }: { role: Role }) {
  const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn;
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: 'ARN', value: <span className="wrap-anywhere">{role.Arn}</span> },
        { label: 'Role ID', value: role.RoleId },
        { label: 'Path', value: role.Path },
        { label: 'Created', value: timeText(role.CreateDate) },
        { label: 'Last used', value: timeText(role.RoleLastUsed?.LastUsedDate) },
        { label: 'Longest session', value: role.MaxSessionDuration === undefined ? '–' : `${role.MaxSessionDuration / 60} min` },
        { label: 'Permissions boundary', value: boundary ? policyLink(boundary) : '–' },
        { label: 'Description', value: <span className="wrap-anywhere">{role.Description || '–'}</span> },
      ]}
    />
  );
}

export function RoleDetail({ name }: { name: string }) {
  const role = useCallback((signal: AbortSignal) => get<Role>('GetRole', 'Role', { RoleName: name }, signal), [name]);
  return (
    <SpaceBetween size="m">
      <Part
        title="Role"
        load={role}
        bare
        render={(found) => (
          <SpaceBetween size="m">
            <Container header={<Header variant="h2">Role</Header>}>
              <Facts role={found} />
            </Container>
            <Container header={<Header variant="h2">Trust policy</Header>}>
              <JsonText value={readDocument(found.AssumeRolePolicyDocument)} label="Trust policy" />
            </Container>
            <Container header={<Header variant="h2">Tags</Header>}>
              <Tags tags={found.Tags} />
            </Container>
          </SpaceBetween>
        )}
      />
      <AttachedPolicies owner="Role" name={name} />
      <InlinePolicies owner="Role" name={name} />
    </SpaceBetween>
  );
}
