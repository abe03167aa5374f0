// Who is signed in, and where: for every view.
import { createContext, useContext } from 'react';

import type { CollectionMount, Principal } from '../api/client';

export interface SignedIn {
  principal: Principal;
  region: string;
  regions: string[];
  version: string;
  permissive: boolean;
  collection?: Required<CollectionMount>;
  setRegion: (region: string) => void;
  signOut: () => void;
}

export const SessionContext = createContext<SignedIn | undefined>(undefined);

export function useSession(): SignedIn {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('a view is shown without a session');
  return session;
}
