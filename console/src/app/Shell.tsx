// The frame around every view: where one is, as whom, and the way to the others.
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Button from '@cloudscape-design/components/button';
import { Suspense, useEffect, useState, useSyncExternalStore } from 'react';

import { ErrorBoundary } from './ErrorBoundary';
import { href, navigate, useRoute } from './router';
import { useSession } from './session';
import { Empty, Loading } from './States';
import { isDark, toggleTheme, watchTheme } from './theme';
import { views, type View } from './views';

const sections: View['section'][] = ['Pipeline', 'Data', 'Operate'];

function Bar({ home, toggleNavigation, open }: { home: string; toggleNavigation: () => void; open: boolean }) {
  const session = useSession();
  const dark = useSyncExternalStore(watchTheme, isDark);
  return (
    <header className="bar">
      <Button
        variant="icon"
        iconName="menu"
        ariaLabel={open ? 'Hide the views' : 'Show the views'}
        ariaExpanded={open}
        onClick={toggleNavigation}
      />
      <a className="bar-home" href={home}>
        <img src="./icon.svg" alt="" width="24" height="24" />
        <span>{session.collection ? session.collection.name : 'Standpipe'}</span>
      </a>
      <div className="bar-right">
        {session.permissive && <span className="bar-warning">permissive: nothing is refused</span>}
        {session.collection === undefined && (
          <ButtonDropdown
            variant="normal"
            ariaLabel={`Region ${session.region}`}
            items={session.regions.map((id) => ({ id, text: id }))}
            expandToViewport
            onItemClick={({ detail }) => session.setRegion(detail.id)}
          >
            <span className="bar-text">{session.region}</span>
          </ButtonDropdown>
        )}
        <ButtonDropdown
          ariaLabel={`Signed in as ${session.principal.name}`}
          items={[
            { id: 'who', text: session.principal.arn, disabled: true },
            { id: 'theme', text: dark ? 'Light colours' : 'Dark colours' },
            { id: 'sign-out', text: 'Sign out' },
          ]}
          expandToViewport
          onItemClick={({ detail }) => (detail.id === 'theme' ? toggleTheme() : session.signOut())}
        >
          <span className="bar-text">{session.principal.name}</span>
        </ButtonDropdown>
      </div>
    </header>
  );
}

function Navigation({ shown, active, follow }: { shown: View[]; active?: View; follow: () => void }) {
  return (
    <nav className="views" aria-label="Views">
      {sections.map((section) => {
        const inside = shown.filter((view) => view.section === section);
        if (inside.length === 0) return null;
        return (
          <section key={section} aria-label={section}>
            <h2>{section}</h2>
            <ul>
              {inside.map((view) => (
                <li key={view.path}>
                  <a href={href(view.path)} aria-current={view === active ? 'page' : undefined} onClick={follow}>
                    {view.title}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

const narrow = () => window.innerWidth < 800;

export function Shell() {
  const session = useSession();
  const { path } = useRoute();
  const shown = views.filter((view) => view.inCollection || session.collection === undefined);
  const home = href(shown[0]?.path ?? '');
  const view = shown.find((candidate) => candidate.path === path[0]);
  const [open, setOpen] = useState(!narrow());

  useEffect(() => {
    if (path.length === 0) navigate(home, 'replace');
    document.title = view ? `${view.title} · Standpipe` : 'Standpipe';
  }, [path, home, view]);

  return (
    <div className="shell">
      <Bar home={home} open={open} toggleNavigation={() => setOpen(!open)} />
      {open && <Navigation shown={shown} active={view} follow={() => narrow() && setOpen(false)} />}
      <main>
        <ErrorBoundary key={path[0]}>
          <Suspense fallback={<Loading what={view?.title ?? 'the view'} />}>
            {view ? <view.component /> : <Empty title="There is no such view." />}
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}
