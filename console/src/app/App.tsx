// Finds out who is signed in and shows either the way in or the console.
import { useCallback, useEffect, useMemo, useState } from 'react';

import { connection, session as loadSession, signOut, type Session } from '../api/client';
import { ErrorNotice } from './ErrorNotice';
import { navigate } from './router';
import { SessionContext, type SignedIn } from './session';
import { Shell } from './Shell';
import { SignIn } from './SignIn';
import { Loading } from './States';

const kRegionKey = 'standpipe.region';

export function App() {
  const [session, setSession] = useState<Session>();
  const [error, setError] = useState<unknown>();
  const [region, setRegion] = useState('');

  const accept = useCallback((fresh: Session) => {
    const kept = sessionStorage.getItem(kRegionKey);
    const chosen = fresh.collection?.region ?? (kept && fresh.regions.includes(kept) ? kept : fresh.region);
    connection.csrfToken = fresh.csrfToken;
    connection.region = chosen;
    setRegion(chosen);
    setSession(fresh);
    setError(undefined);
  }, []);

  const load = useCallback(() => {
    loadSession().then(accept, setError);
  }, [accept]);
  useEffect(load, [load]);

  useEffect(() => {
    // Where the reader was stays in the URL, so signing in again leads back to it.
    connection.expired = load;
  }, [load]);

  const signedIn = useMemo<SignedIn | undefined>(() => {
    if (session?.principal === undefined || !session.signedIn) return undefined;
    return {
      principal: session.principal,
      region,
      regions: session.regions,
      version: session.version,
      permissive: session.permissive,
      collection: session.collection && {
        name: session.collection.id,
        region,
        type: '',
        arn: '',
        ...session.collection,
      },
      setRegion: (next) => {
        sessionStorage.setItem(kRegionKey, next);
        connection.region = next;
        setRegion(next);
      },
      signOut: () => {
        signOut().then(() => {
          navigate('#/');
          load();
        }, setError);
      },
    };
  }, [session, region, load]);

  if (error !== undefined) return <ErrorNotice error={error} what="Reaching the server" retry={load} />;
  if (session === undefined) return <Loading what="the console" />;
  if (signedIn === undefined) return <SignIn session={session} signedIn={accept} />;
  return (
    <SessionContext value={signedIn}>
      <Shell key={region} />
    </SessionContext>
  );
}
