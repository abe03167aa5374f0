// The head of a page about one thing: the way back, its name, what kind of thing it is.
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';

interface Props {
  way: { text: string; href: string }[]; // from the view to the thing itself
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
}

export function PageTitle({ way, title, description, actions }: Props) {
  return (
    <SpaceBetween size="xs">
      <BreadcrumbGroup items={way} ariaLabel="The way to this page" expandAriaLabel="Show the whole way" />
      <Header variant="h1" description={description && <span className="wrap-anywhere">{description}</span>} actions={actions}>
        <span className="wrap-anywhere">{title}</span>
      </Header>
    </SpaceBetween>
  );
}
