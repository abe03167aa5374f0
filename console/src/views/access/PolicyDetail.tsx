// One managed policy: its document in each of its versions, and to whom it is attached.
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback } from 'react';

import { aws } from '../../api/client';
import { timeText } from '../../app/format';
import { JsonText } from '../../app/JsonText';
import { Part } from '../../app/Part';
import { href, useUrlState } from '../../app/router';
import { readDocument } from './documents';
import { get, list, managedDocument, type ManagedPolicy } from './iam';
import { nothing, Tags } from './parts';

interface Version {
  VersionId: string;
  IsDefaultVersion: boolean;
  CreateDate?: number;
}

interface Entities {
  PolicyUsers?: { UserName: string }[];
  PolicyRoles?: { RoleName: string }[];
}

function Versions({ arn, current }: { arn: string; current: string }) {
  const [chosen, choose] = useUrlState('version', current);
  const versions = useCallback(
    (signal: AbortSignal) => list<Version>('ListPolicyVersions', 'Versions', { PolicyArn: arn }, signal),
    [arn],
  );
  const document = useCallback((signal: AbortSignal) => managedDocument(arn, chosen, signal), [arn, chosen]);
  const words = ({ VersionId, IsDefaultVersion, CreateDate }: Version) =>
    `${VersionId}${IsDefaultVersion ? ' (in force)' : ''}, ${timeText(CreateDate)}`;
  return (
    <SpaceBetween size="s">
      <Part
        title="Versions"
        load={versions}
        bare
        render={({ items }) => {
          const options = items.map((version) => ({ value: version.VersionId, label: words(version) }));
          return (
            <FormField label="Version">
              <Select
                options={options}
                selectedOption={options.find((option) => option.value === chosen) ?? { value: chosen, label: chosen }}
                onChange={({ detail }) => choose(detail.selectedOption.value)}
              />
            </FormField>
          );
        }}
      />
      <Part title="Document" load={document} bare render={(text) => <JsonText value={readDocument(text)} label="Policy document" />} />
    </SpaceBetween>
  );
}

function Attachments({ arn }: { arn: string }) {
  const load = useCallback(
    (signal: AbortSignal) => aws<Entities>('iam', 'ListEntitiesForPolicy', { PolicyArn: arn, MaxItems: 1000 }, { signal }),
    [arn],
  );
  return (
    <Part
      title="Attached to"
      load={load}
      render={({ PolicyUsers = [], PolicyRoles = [] }) => {
        const who = [
          ...PolicyUsers.map(({ UserName }) => ({ kind: 'users', word: 'User', name: UserName })),
          ...PolicyRoles.map(({ RoleName }) => ({ kind: 'roles', word: 'Role', name: RoleName })),
        ];
        if (who.length === 0) return nothing('Nobody.');
        return who.map(({ kind, word, name }) => (
          <div key={`${kind}/${name}`}>
            {word} <Link href={href(['access', kind, name])}>{name}</Link>
          </div>
        ));
      }}
    />
  );
}

export function ManagedPolicyDetail({ arn }: { arn: string }) {
  const load = useCallback(
    (signal: AbortSignal) => get<ManagedPolicy>('GetPolicy', 'Policy', { PolicyArn: arn }, signal),
    [arn],
  );
  return (
    <SpaceBetween size="m">
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
                  { label: 'ARN', value: <span className="wrap-anywhere">{policy.Arn}</span> },
                  { label: 'Created', value: timeText(policy.CreateDate) },
                  { label: 'Changed', value: timeText(policy.UpdateDate) },
                  { label: 'Description', value: <span className="wrap-anywhere">{policy.Description || '–'}</span> },
                ]}
              />
            </Container>
            <Container header={<Header variant="h2">Document</Header>}>
              <Versions arn={arn} current={policy.DefaultVersionId} />
            </Container>
            <Container header={<Header variant="h2">Tags</Header>}>
              <Tags tags={policy.Tags} />
            </Container>
          </SpaceBetween>
        )}
      />
      <Attachments arn={arn} />
    </SpaceBetween>
  );
}
