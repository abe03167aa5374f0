// The rules of collection policies, readable: what, on which resources, for whom.
import { DataTable, type Column } from '../../app/DataTable';
import type { PolicyType, Rule } from './policyRules';

const lines = (values: string[]) => (
  <>
    {values.map((value) => (
      <div key={value} className="wrap-anywhere">
        {value}
      </div>
    ))}
  </>
);

const resources: Column<Rule>[] = [
  { id: 'type', header: 'Resource type', value: (rule) => rule.resourceType },
  { id: 'resources', header: 'Resources', value: (rule) => rule.resources.join(' '), cell: (rule) => lines(rule.resources), minWidth: 140 },
];

const own: Record<PolicyType, Column<Rule>[]> = {
  data: [
    { id: 'permissions', header: 'Permissions', value: (rule) => rule.permissions.join(' '), cell: (rule) => lines(rule.permissions), minWidth: 180 },
    { id: 'principals', header: 'Principals', value: (rule) => rule.principals.join(' '), cell: (rule) => lines(rule.principals), minWidth: 220 },
  ],
  network: [{ id: 'from', header: 'Reachable from', value: (rule) => rule.from, minWidth: 160 }],
  encryption: [{ id: 'key', header: 'Key', value: (rule) => rule.key, minWidth: 160 }],
};

interface Props {
  title: string;
  type: PolicyType;
  rules: Rule[];
  withPolicy?: Column<Rule>; // where the rules of several policies are shown together
}

export function Rules({ title, type, rules, withPolicy }: Props) {
  const described = rules.some((rule) => rule.description !== '');
  const columns = [
    ...(withPolicy ? [withPolicy] : []),
    ...resources,
    ...own[type],
    ...(described ? [{ id: 'description', header: 'Description', value: (rule: Rule) => rule.description }] : []),
  ];
  return (
    <DataTable
      title={title}
      items={rules}
      columns={columns}
      keyOf={(rule) => JSON.stringify(rule)}
      filter={false}
      wrap
      empty={withPolicy ? 'No policy concerns this collection.' : 'The policy has no rules.'}
    />
  );
}
