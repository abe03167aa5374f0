// One IAM user: how it signs in, with which keys, and what it may do.
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useCallback } from 'react';

import { DataTable, type Column } from '../../app/DataTable';
import { timeText } from '../../app/format';
import { Part } from '../../app/Part';
import { get, list, loginProfile, type AccessKey, type KeyUse, type User } from './iam';
import { AttachedPolicies, InlinePolicies, nothing, policyLink, Tags } from './parts';

type UsedKey = AccessKey & { use?: KeyUse };

const columns: Column<UsedKey>[] = [
  { id: 'id', header: 'Access key ID', value: (key) => key.AccessKeyId },
  {
    id: 'status',
    header: 'Status',
    value: (key) => key.Status,
    cell: (key) => <StatusIndicator type={key.Status === 'Active' ? 'success' : 'stopped'}>{key.Status}</StatusIndicator>,
  },
  { id: 'created', header: 'Created', value: (key) => key.CreateDate, cell: (key) => timeText(key.CreateDate) },
  { id: 'used', header: 'Last used', value: (key) => key.use?.LastUsedDate ?? 0, cell: lastUse },
];

function lastUse({ use }: UsedKey) {
  if (use?.LastUsedDate === undefined) return 'Not known';
  return `${timeText(use.LastUsedDate)}${use.ServiceName && use.ServiceName !== 'N/A' ? `, ${use.ServiceName}` : ''}`;
}

async function keysOf(UserName: string, signal: AbortSignal): Promise<UsedKey[]> {
  const { items } = await list<AccessKey>('ListAccessKeys', 'AccessKeyMetadata', { UserName }, signal);
  return Promise.all(
    items.map(async (key) => {
      // When a key was used is a permission of its own; the list is good without it.
      const use = await get<KeyUse>('GetAccessKeyLastUsed', 'AccessKeyLastUsed', { AccessKeyId: key.AccessKeyId }, signal).catch(
        () => undefined,
      );
      return { ...key, use };
    }),
  );
}

function Facts({ user }: { user: User }) {
  const boundary = user.PermissionsBoundary?.PermissionsBoundaryArn;
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'ARN', value: <span className="wrap-anywhere">{user.Arn}</span> },
          { label: 'User ID', value: user.UserId },
          { label: 'Path', value: user.Path },
          { label: 'Created', value: timeText(user.CreateDate) },
          { label: 'Password last used', value: timeText(user.PasswordLastUsed) },
          { label: 'Permissions boundary', value: boundary ? policyLink(boundary) : '–' },
        ]}
      />
    </SpaceBetween>
  );
}

export function UserDetail({ name }: { name: string }) {
  const user = useCallback((signal: AbortSignal) => get<User>('GetUser', 'User', { UserName: name }, signal), [name]);
  const keys = useCallback((signal: AbortSignal) => keysOf(name, signal), [name]);
  // Undefined is "not loaded yet" to a part: no profile is a value too.
  const profile = useCallback(async (signal: AbortSignal) => ({ profile: await loginProfile(name, signal) }), [name]);
  return (
    <SpaceBetween size="m">
      <Part
        title="User"
        load={user}
        bare
        render={(found) => (
          <SpaceBetween size="m">
            <Container header={<Header variant="h2">User</Header>}>
              <Facts user={found} />
            </Container>
            <Container header={<Header variant="h2">Tags</Header>}>
              <Tags tags={found.Tags} />
            </Container>
          </SpaceBetween>
        )}
      />
      <Part
        title="Login profile"
        load={profile}
        render={(found) =>
          found.profile === undefined ? (
            nothing('There is none: the user cannot sign in with a password.')
          ) : (
            <KeyValuePairs
              columns={3}
              items={[
                { label: 'Created', value: timeText(found.profile.CreateDate) },
                { label: 'New password at the next sign-in', value: found.profile.PasswordResetRequired ? 'Yes' : 'No' },
              ]}
            />
          )
        }
      />
      <AttachedPolicies owner="User" name={name} />
      <InlinePolicies owner="User" name={name} />
      <Part
        title="Access keys"
        load={keys}
        bare
        render={(found) => (
          <DataTable
            title="Access keys"
            items={found}
            columns={columns}
            keyOf={(key) => key.AccessKeyId}
            filter={false}
            empty="The user has no access key."
          />
        )}
      />
    </SpaceBetween>
  );
}
