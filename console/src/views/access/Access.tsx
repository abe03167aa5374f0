// Who may do what: users, roles, managed policies, and the policies of collections. To look at, not to change.
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';

import { useLive } from '../../api/live';
import { DataTable } from '../../app/DataTable';
import { PageTitle } from '../../app/PageTitle';
import { href, navigate, useRoute } from '../../app/router';
import { Empty } from '../../app/States';
import { kinds, type Kind } from './kinds';

function List<Item>({ kind }: { kind: Kind<Item> }) {
  const { data, error, loading, reload } = useLive(kind.load);
  return (
    <DataTable
      title={kind.title}
      items={data?.items ?? []}
      columns={kind.columns}
      keyOf={kind.keyOf}
      loading={loading}
      error={error}
      retry={reload}
      empty={kind.empty}
      emptyHint={kind.hint}
      description={data && !data.complete ? `The first ${data.items.length}.` : undefined}
      actions={<Button iconName="refresh" ariaLabel="Load again" loading={loading} onClick={reload} />}
    />
  );
}

export default function Access() {
  const { path } = useRoute();
  const [, id = 'users', key] = path;
  const kind = kinds.find((candidate) => candidate.id === id);
  if (kind === undefined) return <Empty title="There is no such kind of policy." />;
  if (key !== undefined) {
    const name = kind.nameOf?.(key) ?? key;
    const way = [
      { text: 'Access', href: href('access') },
      { text: kind.title, href: href(['access', kind.id]) },
      { text: name, href: href(['access', kind.id, key]) },
    ];
    return (
      <SpaceBetween size="m">
        <PageTitle way={way} title={name} />
        <div key={key}>{kind.detail(key)}</div>
      </SpaceBetween>
    );
  }
  return (
    <SpaceBetween size="m">
      <Header variant="h1">Access</Header>
      <Tabs
        ariaLabel="Kinds of access"
        activeTabId={kind.id}
        i18nStrings={{ scrollLeftAriaLabel: 'Scroll left', scrollRightAriaLabel: 'Scroll right' }}
        onChange={({ detail }) => navigate(href(['access', detail.activeTabId]))}
        tabs={kinds.map((each) => ({
          id: each.id,
          label: each.title,
          content: each === kind && <List key={each.id} kind={each} />,
        }))}
      />
    </SpaceBetween>
  );
}
