// What users and roles have in common: policies, tags, a permissions boundary.
import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useState } from 'react';

import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { JsonText } from '../../app/JsonText';
import { Part } from '../../app/Part';
import { href } from '../../app/router';
import { Loading } from '../../app/States';
import { readDocument } from './documents';
import { inlinePolicies, list, managedDocument, type Tag } from './iam';

export const nothing = (text: string) => <Box color="text-body-secondary">{text}</Box>;
export const policyLink = (arn: string, text = arn) => <Link href={href(['access', 'policies', arn])}>{text}</Link>;

export function Tags({ tags = [] }: { tags?: Tag[] }) {
  if (tags.length === 0) return nothing('No tags.');
  return (
    <KeyValuePairs
      columns={3}
      items={tags.map(({ Key, Value }) => ({ label: Key, value: <span className="wrap-anywhere">{Value || '–'}</span> }))}
    />
  );
}

function ManagedDocument({ arn }: { arn: string }) {
  const load = useCallback((signal: AbortSignal) => managedDocument(arn, undefined, signal), [arn]);
  const { data, error, reload } = useLive(load);
  if (error) return <ErrorNotice error={error} what="The document" retry={reload} />;
  return data === undefined ? <Loading what="the document" /> : <JsonText value={readDocument(data)} label={arn} />;
}

// Its document is fetched when it is first looked at.
function Attached({ name, arn }: { name: string; arn: string }) {
  const [open, setOpen] = useState(false);
  return (
    <ExpandableSection headerText={name} expanded={open} onChange={({ detail }) => setOpen(detail.expanded)}>
      {open && (
        <SpaceBetween size="xs">
          {policyLink(arn)}
          <ManagedDocument arn={arn} />
        </SpaceBetween>
      )}
    </ExpandableSection>
  );
}

type Owner = { owner: 'User' | 'Role'; name: string };

export function AttachedPolicies({ owner, name }: Owner) {
  const load = useCallback(
    (signal: AbortSignal) =>
      list<{ PolicyName: string; PolicyArn: string }>(
        `ListAttached${owner}Policies`,
        'AttachedPolicies',
        { [`${owner}Name`]: name },
        signal,
      ),
    [owner, name],
  );
  return (
    <Part
      title="Attached policies"
      load={load}
      render={({ items }) =>
        items.length === 0
          ? nothing('No managed policy is attached.')
          : items.map((policy) => <Attached key={policy.PolicyArn} name={policy.PolicyName} arn={policy.PolicyArn} />)
      }
    />
  );
}

export function InlinePolicies({ owner, name }: Owner) {
  const load = useCallback((signal: AbortSignal) => inlinePolicies(owner, name, signal), [owner, name]);
  return (
    <Part
      title="Inline policies"
      load={load}
      render={(policies) =>
        policies.length === 0
          ? nothing('There is no inline policy.')
          : policies.map((policy, index) => (
              <ExpandableSection key={policy.name} headerText={policy.name} defaultExpanded={index === 0}>
                <JsonText value={readDocument(policy.document)} label={`Inline policy ${policy.name}`} />
              </ExpandableSection>
            ))
      }
    />
  );
}
