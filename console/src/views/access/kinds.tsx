// What Access lists: a row each, with its columns and the page of one of it.
import Badge from '@cloudscape-design/components/badge';
import Link from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';

import type { Column } from '../../app/DataTable';
import { timeText } from '../../app/format';
import { href } from '../../app/router';
import { CollectionPolicyDetail, seconds } from './CollectionPolicyDetail';
import { readDocument, trusted } from './documents';
import { list, type ManagedPolicy, type Role, type User } from './iam';
import { ManagedPolicyDetail } from './PolicyDetail';
import { listPolicies, type PolicySummary } from './policies';
import type { PolicyType } from './policyRules';
import { RoleDetail } from './RoleDetail';
import { UserDetail } from './UserDetail';

export interface Kind<Item> {
  id: string; // second part of the route
  title: string;
  load: (signal: AbortSignal) => Promise<{ items: Item[]; complete: boolean }>;
  keyOf: (item: Item) => string; // third part of the route
  columns: Column<Item>[];
  empty: string;
  hint?: string;
  detail: (key: string) => ReactNode;
  nameOf?: (key: string) => string;
}

const named = (kind: string, key: string, text = key) => (
  <Link href={href(['access', kind, key])}>
    <span className="wrap-anywhere">{text}</span>
  </Link>
);

const users: Kind<User> = {
  id: 'users',
  title: 'Users',
  load: (signal) => list<User>('ListUsers', 'Users', {}, signal),
  keyOf: (user) => user.UserName,
  empty: 'There is no IAM user.',
  hint: 'The account’s root always exists.',
  columns: [
    { id: 'name', header: 'User', value: (user) => user.UserName, cell: (user) => named('users', user.UserName) },
    { id: 'path', header: 'Path', value: (user) => user.Path },
    { id: 'created', header: 'Created', value: (user) => user.CreateDate, cell: (user) => timeText(user.CreateDate) },
    { id: 'used', header: 'Password last used', value: (user) => user.PasswordLastUsed ?? 0, cell: (user) => timeText(user.PasswordLastUsed) },
  ],
  detail: (name) => <UserDetail name={name} />,
};

const trustedBy = (role: Role) => trusted(readDocument(role.AssumeRolePolicyDocument));

const roles: Kind<Role> = {
  id: 'roles',
  title: 'Roles',
  load: (signal) => list<Role>('ListRoles', 'Roles', {}, signal),
  keyOf: (role) => role.RoleName,
  empty: 'There is no role.',
  columns: [
    { id: 'name', header: 'Role', value: (role) => role.RoleName, cell: (role) => named('roles', role.RoleName) },
    {
      id: 'trusts',
      header: 'Trusts',
      value: (role) => trustedBy(role).join(' '),
      cell: (role) => trustedBy(role).map((who) => <div key={who} className="wrap-anywhere">{who}</div>),
    },
    { id: 'created', header: 'Created', value: (role) => role.CreateDate, cell: (role) => timeText(role.CreateDate) },
    {
      id: 'used',
      header: 'Last used',
      value: (role) => role.RoleLastUsed?.LastUsedDate ?? 0,
      cell: (role) => timeText(role.RoleLastUsed?.LastUsedDate),
    },
  ],
  detail: (name) => <RoleDetail name={name} />,
};

const ofAws = (policy: ManagedPolicy) => policy.Arn.includes(':iam::aws:policy/');

const policies: Kind<ManagedPolicy> = {
  id: 'policies',
  title: 'Managed policies',
  load: async (signal) => {
    const found = await list<ManagedPolicy>('ListPolicies', 'Policies', { Scope: 'All' }, signal);
    return { ...found, items: found.items.toSorted((a, b) => Number(ofAws(a)) - Number(ofAws(b))) }; // the own ones first
  },
  keyOf: (policy) => policy.Arn,
  nameOf: (arn) => arn.slice(arn.lastIndexOf('/') + 1),
  empty: 'There is no managed policy.',
  columns: [
    { id: 'name', header: 'Policy', value: (policy) => policy.PolicyName, cell: (policy) => named('policies', policy.Arn, policy.PolicyName) },
    {
      id: 'by',
      header: 'Managed by',
      value: (policy) => (ofAws(policy) ? 'AWS' : 'This account'),
      cell: (policy) => <Badge color={ofAws(policy) ? 'grey' : 'blue'}>{ofAws(policy) ? 'AWS' : 'This account'}</Badge>,
    },
    { id: 'attached', header: 'Attached', number: true, value: (policy) => policy.AttachmentCount ?? 0 },
    { id: 'updated', header: 'Changed', value: (policy) => policy.UpdateDate ?? 0, cell: (policy) => timeText(policy.UpdateDate) },
  ],
  detail: (arn) => <ManagedPolicyDetail arn={arn} />,
};

function collectionPolicies(type: PolicyType, title: string, hint: string): Kind<PolicySummary> {
  return {
    id: type,
    title,
    load: (signal) => listPolicies(type, undefined, signal),
    keyOf: (policy) => policy.name,
    empty: `There is no ${type === 'data' ? 'data access' : type} policy.`,
    hint,
    columns: [
      { id: 'name', header: 'Policy', value: (policy) => policy.name, cell: (policy) => named(type, policy.name) },
      { id: 'description', header: 'Description', value: (policy) => policy.description || '–' },
      {
        id: 'changed',
        header: 'Changed',
        value: (policy) => policy.lastModifiedDate ?? 0,
        cell: (policy) => timeText(seconds(policy.lastModifiedDate)),
      },
    ],
    detail: (name) => <CollectionPolicyDetail type={type} name={name} />,
  };
}

// Each row is shown by itself; what its items are is its own matter.
// oxlint-disable-next-line typescript/no-explicit-any
export const kinds: Kind<any>[] = [
  users,
  roles,
  policies,
  collectionPolicies('data', 'Data access', 'Without one, nobody reads or writes a collection’s documents.'),
  collectionPolicies('network', 'Network', 'Without one, a collection is not reachable from anywhere.'),
  collectionPolicies('encryption', 'Encryption', 'Without one, no collection can be created.'),
];
